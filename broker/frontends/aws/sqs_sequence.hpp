#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tern::aws::sqs {

/// A sequence number as SQS shows it: 20 digits (docs/aws.md sqs-36).
inline std::string sequence_text(std::uint64_t sequence) {
    constexpr std::size_t digits = 20;
    auto text = std::to_string(sequence);
    return text.insert(0, digits - text.size(), '0');
}

}  // namespace tern::aws::sqs
