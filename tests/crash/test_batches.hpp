#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/record_batch.hpp"

namespace tern::crash {

/// A batch with a record for each value.
std::string make_batch(const std::vector<std::string>& values, const protocol::ProducerStamp& stamp,
                       protocol::Compression compression = protocol::Compression::none);

struct ReadRecord {
    std::uint64_t offset = 0;
    std::string value;
};
/// The records of whole batches, one behind the other. Errors: throws std::runtime_error when they are none.
std::vector<ReadRecord> records_in(std::string_view batches);

}  // namespace tern::crash
