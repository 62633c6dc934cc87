#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/record.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

struct RecordsToAppend {
    std::string stream;
    std::vector<NewRecord> records;
    Compression compression = Compression::none;
    /// How long to wait for a broker that is gone. Absent: that ends the work.
    std::optional<std::chrono::milliseconds> retry;
};

/// Appends a few records, and tells where each is.
ExitCode append_records(Context& context, RecordsToAppend records);

/// The same, all in one batch, if their one partition ends at this offset: all or nothing. Without a partition the
/// stream has only one.
ExitCode append_if_at(Context& context, const RecordsToAppend& records, std::uint64_t expected_offset);

}  // namespace tern::cli
