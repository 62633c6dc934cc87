#pragma once

#include <string>
#include <string_view>

namespace tern::aws::sqs {

/// Whether UTF-8 has only characters that SQS takes: those of XML 1.0 (docs/aws.md sqs-18).
bool valid_contents(std::string_view utf8);
/// Of text that is not valid: what refuses it; U+FFFD where it is no UTF-8.
char32_t first_character_not_allowed(std::string_view utf8);

/// What a message holds, as SQS can show it: the native protocol's bytes need not be text, and what is none stands
/// there as U+FFFD.
std::string text_of_contents(std::string_view bytes);

}  // namespace tern::aws::sqs
