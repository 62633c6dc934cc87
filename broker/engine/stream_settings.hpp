#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"

/// What a stream's owner decides about it (docs/streams.md).
namespace tern::engine {

/// Whose clock a record's timestamp is. Numbers are stored and on the wire.
enum class TimestampType : std::uint8_t { create = 0, append = 1 };

struct StreamSettings {
    std::uint32_t partitions = 1;
    /// Counted from the append; 0: for ever.
    Milliseconds retention = std::chrono::hours(7 * 24);
    /// Of each partition; 0: no limit.
    std::uint64_t retention_bytes = 0;
    std::uint64_t record_bytes_max = 1u << 20;
    TimestampType timestamp_type = TimestampType::create;

    bool operator==(const StreamSettings&) const = default;
};

/// What is given; the rest is the default on creation and stays as it is on a change.
struct StreamSettingsChange {
    std::optional<std::int64_t> partitions{};
    std::optional<Milliseconds> retention{};
    std::optional<std::int64_t> retention_bytes{};
    std::optional<std::int64_t> record_bytes_max{};
    std::optional<TimestampType> timestamp_type{};
};

/// Errors: partitions_invalid (1 to 1024, and not fewer than there are), stream_retention_invalid,
/// record_bytes_max_invalid; then `settings` is unchanged.
Errc change(StreamSettings& settings, const StreamSettingsChange& wanted, bool is_new);
/// The name of the first setting that is given and differs; empty when there is none.
std::string_view first_difference(const StreamSettings& settings, const StreamSettingsChange& wanted);

/// 1 to 249 of A-Z a-z 0-9 . _ -, neither "." nor "..".
bool valid_stream_name(std::string_view name);

}  // namespace tern::engine
