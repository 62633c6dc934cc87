#include "broker/engine/stream_settings.hpp"

#include <algorithm>

#include "broker/base/ascii.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr Milliseconds retention_min = std::chrono::seconds(1);
constexpr std::int64_t retention_bytes_min = 65'536;
constexpr std::int64_t record_bytes_max_min = 1024;

bool fits_stream_name(char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

Errc check_ranges(const StreamSettingsChange& wanted, std::int64_t partitions_min) {
    if (wanted.partitions && (*wanted.partitions < partitions_min ||
                              *wanted.partitions > static_cast<std::int64_t>(protocol::partitions_max)))
        return Errc::partitions_invalid;
    if (wanted.retention && *wanted.retention != Milliseconds(0) && *wanted.retention < retention_min)
        return Errc::stream_retention_invalid;
    if (wanted.retention_bytes && *wanted.retention_bytes != 0 && *wanted.retention_bytes < retention_bytes_min)
        return Errc::stream_retention_invalid;
    if (wanted.record_bytes_max && (*wanted.record_bytes_max < record_bytes_max_min ||
                                    *wanted.record_bytes_max > static_cast<std::int64_t>(protocol::record_bytes_max)))
        return Errc::record_bytes_max_invalid;
    return Errc::ok;
}

}  // namespace

Errc change(StreamSettings& settings, const StreamSettingsChange& wanted, bool is_new) {
    const auto errc = check_ranges(wanted, is_new ? 1 : static_cast<std::int64_t>(settings.partitions));
    if (errc != Errc::ok) return errc;
    if (wanted.partitions) settings.partitions = static_cast<std::uint32_t>(*wanted.partitions);
    if (wanted.retention) settings.retention = *wanted.retention;
    if (wanted.retention_bytes) settings.retention_bytes = static_cast<std::uint64_t>(*wanted.retention_bytes);
    if (wanted.record_bytes_max) settings.record_bytes_max = static_cast<std::uint64_t>(*wanted.record_bytes_max);
    if (wanted.timestamp_type) settings.timestamp_type = *wanted.timestamp_type;
    return Errc::ok;
}

std::string_view first_difference(const StreamSettings& settings, const StreamSettingsChange& wanted) {
    if (wanted.partitions && *wanted.partitions != static_cast<std::int64_t>(settings.partitions)) return "partitions";
    if (wanted.retention && *wanted.retention != settings.retention) return "retention_ms";
    if (wanted.retention_bytes && static_cast<std::uint64_t>(*wanted.retention_bytes) != settings.retention_bytes)
        return "retention_bytes";
    if (wanted.record_bytes_max && static_cast<std::uint64_t>(*wanted.record_bytes_max) != settings.record_bytes_max)
        return "record_bytes_max";
    if (wanted.timestamp_type && *wanted.timestamp_type != settings.timestamp_type) return "timestamp_type";
    return {};
}

bool valid_stream_name(std::string_view name) {
    return !name.empty() && name.size() <= protocol::stream_name_bytes_max && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), fits_stream_name);
}

}  // namespace tern::engine
