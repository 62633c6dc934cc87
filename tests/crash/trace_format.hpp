#pragma once

#include <cstdint>

/// What the recorder writes and the explorer reads: one record after the other, each a header and `bytes` bytes of
/// payload, in the order in which things happened. The order is total: records are written under one lock.
namespace tern::crash {

enum class Event : std::uint8_t {
    /// A write to the data file was called, with its payload. It takes effect before the next record.
    write = 1,
    /// A flush was called; what was written before can be durable from here on.
    flush_called = 2,
    /// It has returned without an error: what was written before the call is durable. `offset` tells which call.
    flush_returned = 3,
    /// The file got blocks or another length: `offset` is its new length if that is greater.
    allocate = 4,
    /// The file got exactly this length.
    truncate = 5,
    /// The data file was given its name (tern.mdb.new became tern.mdb).
    rename = 6,
    /// The folder was flushed: names given before are durable.
    folder_flushed = 7,
    /// A connection was accepted.
    accepted = 8,
    /// Bytes that came from a connection, when the call returned.
    received = 9,
    /// The call of a write to a connection, with all that it was given: what it holds may be known from here on.
    /// `offset` numbers the call.
    sending = 10,
    /// That call took `offset` bytes; `call` tells which.
    sent = 11,
    /// The file was changed in a way that the recorder cannot see into. Such a trace proves nothing.
    unseen = 12,
};

struct Record {
    Event event;
    std::uint8_t unused[3];
    /// For connections: which, counted from 1. A descriptor that is used again is another connection.
    std::uint32_t connection;
    std::uint64_t offset;
    std::uint64_t call;
    std::uint64_t bytes;
};
static_assert(sizeof(Record) == 32);

}  // namespace tern::crash
