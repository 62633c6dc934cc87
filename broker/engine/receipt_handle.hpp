#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"

namespace tern::engine {

/// What proves that somebody received a message: 36 bytes, to clients an opaque text of 48 characters (base64url).
/// It survives a restart, since all of it is compared with what is stored.
struct ReceiptHandle {
    std::uint32_t queue = 0;
    /// The storage id at the time: a purge gives the queue another.
    std::uint32_t storage = 0;
    std::uint64_t sequence = 0;
    /// The message's secret: makes a handle unguessable.
    std::uint64_t secret = 0;
    /// Where the message's schedule entry was put by the receive: a hint, checked before it is believed.
    Timestamp available_at;
    /// Which receive of the message this was: the first is 1.
    std::uint32_t receive_count = 0;
};

std::string encode(const ReceiptHandle& handle);
/// Nothing when the text is not one that encode made.
std::optional<ReceiptHandle> decode_receipt_handle(BytesView text);

}  // namespace tern::engine
