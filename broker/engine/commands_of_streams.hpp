#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/queue_name.hpp"
#include "broker/engine/stream_settings.hpp"
#include "protocol/record_batch.hpp"

/// What the engine can be told to do with streams.
namespace tern::engine {

/// Names of all shapes are alike: a name in a namespace.
using StreamName = QueueName;

struct CreateStream {
    StreamName stream;
    StreamSettingsChange settings;
};
struct SetStream {
    StreamName stream;
    StreamSettingsChange settings;
};
struct DeleteStream {
    StreamName stream;
};
struct TruncateStream {
    StreamName stream;
    std::uint32_t partition = 0;
    std::uint64_t before = 0;
};

/// A batch that the front end has checked (protocol::check_batch): what the engine needs to know of it is in `header`.
struct NewBatch {
    std::uint32_t partition = 0;
    BytesView bytes{};
    protocol::BatchHeader header;
    /// The longest record; 0 when unknown.
    std::size_t record_bytes_max = 0;
    /// Where the partition must end for this batch to be appended.
    std::optional<std::uint64_t> expected_offset{};
    /// What the front end found wrong: this entry is refused, its neighbours are not.
    Errc fault = Errc::ok;
    /// Why, in words that live as long as the program.
    std::string_view fault_detail{};
};
struct Append {
    StreamName stream;
    std::vector<NewBatch> batches;
};
/// A producer id that was never given out.
struct AllocateProducer {};

}  // namespace tern::engine
