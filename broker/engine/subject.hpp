#pragma once

#include <cstddef>
#include <string_view>

/// Subjects, and patterns over them: parts between dots (docs/topics.md).
namespace tern::engine {

/// 1 to 256 bytes of UTF-8 in up to 32 parts, none empty, without white space, control characters, * and >.
bool valid_subject(std::string_view subject);
/// A subject in which * stands for one part and > at the end for one or more; the topic's name is spelled out.
bool valid_pattern(std::string_view pattern);
/// Whether the pattern has a * or a >.
bool has_wildcard(std::string_view pattern);
/// The name of the topic that a subject or pattern belongs to: its first part; with .fifo when that is the second.
std::string_view topic_of(std::string_view subject);
/// Both are valid.
bool matches(std::string_view pattern, std::string_view subject);

}  // namespace tern::engine
