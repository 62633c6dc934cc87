#pragma once

#include <cstdint>

#include "broker/base/bytes.hpp"
#include "broker/engine/commands_of_streams.hpp"
#include "tests/model_streams/script.hpp"

namespace tern::stream_model {

/// The record batch that a producer's library makes. `label` and `entry` say whose it is, so that no two are alike.
Bytes bytes_of(std::uint64_t label, std::size_t entry, const Batch& batch, const protocol::ProducerStamp& stamp);

/// What the front end tells the engine about a batch; `bytes` must outlive it.
engine::NewBatch new_batch(const Batch& batch, BytesView bytes);

/// What a script's stamp stands for, when its allocation was answered with this id.
inline protocol::ProducerStamp stamp_of(const Stamp& stamp, std::int64_t producer) {
    if (stamp.allocation == 0) return {};
    return {producer, stamp.epoch, stamp.sequence};
}

}  // namespace tern::stream_model
