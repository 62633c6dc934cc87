#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "broker/base/bytes.hpp"
#include "broker/store/table.hpp"

/// What the broker remembers: ordered tables of bytes, one write transaction at a time, many read transactions
/// (snapshots) beside it. Two implementations: LMDB (lmdb_store.hpp) and memory for tests (memory_store.hpp); one
/// contract test holds for both.
namespace tern::store {

/// The disk failed, or the file is not what it should be. What the disk holds after a failed commit or flush is
/// unknown, so nobody retries: the process ends and the restart is the recovery.
struct StoreFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A stored value, or its absence, or the news that it fails its checksum.
/// The bytes are valid until the transaction ends; in a write transaction, until its next put or erase.
class Value {
public:
    Value() = default;
    static Value view(BytesView bytes) { return Value(State::present, bytes, {}); }
    static Value owned(Bytes bytes) { return Value(State::present, {}, std::move(bytes)); }
    static Value damaged_value() { return Value(State::damaged, {}, {}); }

    /// True when there is an intact value.
    explicit operator bool() const { return state_ == State::present; }
    bool damaged() const { return state_ == State::damaged; }
    bool absent() const { return state_ == State::absent; }
    BytesView bytes() const { return owned_.empty() ? view_ : BytesView(owned_); }

private:
    enum class State : std::uint8_t { absent, present, damaged };
    Value(State state, BytesView view, Bytes owned) : state_(state), view_(view), owned_(std::move(owned)) {}

    State state_ = State::absent;
    BytesView view_;
    Bytes owned_;
};

/// Walks one table in key order. Made by a transaction, and gone before that commits or ends; in a write transaction, a
/// put or an erase in the same table makes the position unknown: seek again. The key of a position is valid as long as
/// the position; the rows of a long value count as one position.
class Cursor {
public:
    virtual ~Cursor() = default;
    /// Goes to the first key that is not below `key`; false when there is none.
    virtual bool seek(BytesView key) = 0;
    /// Goes to the last key below `key`; false when there is none.
    virtual bool seek_before(BytesView key) = 0;
    virtual bool next() = 0;
    virtual bool previous() = 0;
    virtual BytesView key() const = 0;
    virtual Value value() const = 0;
    /// How long the value is, without reading all of it or checking it; 0 when damage hides that.
    virtual std::size_t value_bytes() const = 0;
    /// Appends the value without its first `skipped` bytes to `to`, in one copy even where it lies in several rows.
    /// False when the value is damaged or shorter than that; then `to` is as before.
    virtual bool append_value(Bytes& to, std::size_t skipped) const = 0;
};

/// A consistent snapshot: what was committed when it began. On the I/O threads it lives for one request, never across
/// a suspension, since pages that a snapshot sees are not reused.
class ReadTransaction {
public:
    virtual ~ReadTransaction() = default;
    virtual Value get(Table table, BytesView key) const = 0;
    virtual std::unique_ptr<Cursor> cursor(Table table) const = 0;
    /// The number of rows, in constant time. The further rows of a long value count too.
    virtual std::uint64_t rows(Table table) const = 0;
};

/// What a commit is when it returns.
enum class Durability : bool { can_be_undone, durable };

/// The one writer. Reads see its own writes. Ends by commit, or is undone by its destructor.
class WriteTransaction : public ReadTransaction {
public:
    /// Inserts or replaces. Errors: throws StoreFailure; a full map is a failure too, so check Store::space first.
    virtual void put(Table table, BytesView key, BytesView value) = 0;
    /// True when there was such a key.
    virtual bool erase(Table table, BytesView key) = 0;
    /// Writes and flushes. When it returns, everything committed before this transaction is durable, and so is this one
    /// if it says so; else it is whole on disk but may be undone by a power cut until the next flush: that of the next
    /// commit, or Store::flush. A commit without changes flushes as well if the one before it needs it.
    /// Errors: throws StoreFailure.
    virtual Durability commit() = 0;
};

enum class SpaceState : std::uint8_t {
    plenty,     // everything goes on
    low,        // below the reserve: what grows is refused, the rest goes on in small batches
    exhausted,  // not even a delete can be sure to find a page
};

struct Space {
    SpaceState state = SpaceState::plenty;
    std::uint64_t file_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
};

class Store {
public:
    virtual ~Store() = default;
    /// At most one at a time, on the commit thread.
    virtual std::unique_ptr<WriteTransaction> begin_write() = 0;
    /// From any thread.
    virtual std::unique_ptr<ReadTransaction> begin_read() = 0;
    /// Makes everything committed so far durable. On the commit thread. Errors: throws StoreFailure.
    virtual void flush() = 0;
    /// How much can still be written; called by the commit thread before each batch, with no transaction open. Cheap;
    /// grows the map and looks at the disk when it is time to. When it says plenty, a batch may write up to the reserve
    /// (32 MiB unless set otherwise), copied pages included. Errors: throws StoreFailure.
    virtual Space space() = 0;
    /// Writes a consistent, compacted copy into the new folder `path`. From any thread; commits go on.
    /// Errors: throws StoreFailure with a sentence for people.
    virtual std::uint64_t backup(const std::string& path) = 0;
};

}  // namespace tern::store
