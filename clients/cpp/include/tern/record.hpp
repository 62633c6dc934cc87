#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tern/message.hpp"

namespace tern {

/// How the records of a batch are compressed.
using Compression = protocol::Compression;

struct RecordHeader {
    std::string key;
    std::optional<std::string> value = {};

    bool operator==(const RecordHeader&) const = default;
};

/// A record for a stream. Key, value and headers count to the stream's maximum record size.
struct NewRecord {
    std::optional<std::string> key = {};
    std::optional<std::string> value = {};
    std::vector<RecordHeader> headers = {};
    /// Absent: chosen by the key (records with the same key stay in order), or in turns, a batch at a time.
    std::optional<std::uint32_t> partition = {};
    /// Absent: now.
    std::optional<TimePoint> timestamp = {};
};

/// The same, in memory that is the caller's: looked at during the call only.
struct RecordView {
    std::optional<std::string_view> key = {};
    std::optional<std::string_view> value = {};
    std::vector<protocol::RecordHeader> headers = {};
    std::optional<std::uint32_t> partition = {};
    std::optional<TimePoint> timestamp = {};
};

/// Where a record is, durably.
struct Appended {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    /// When the broker appended it.
    TimePoint appended_at;
};

/// A record of a stream.
struct ConsumedRecord {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    TimePoint timestamp;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<RecordHeader> headers;
};

}  // namespace tern
