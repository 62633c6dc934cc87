#pragma once

#include <cstdint>
#include <optional>

#include "broker/store/commit_seal.hpp"
#include "broker/store/write_observer.hpp"

namespace tern::store {

/// Writes the seals of one data file. On the commit thread.
///
/// The order that must hold: all that a transaction wrote, and its seal, are flushed before the next one writes
/// anything. Then of the last two transactions, whose header pages are in the file, the older one is always whole.
class SealedCommits final : private WriteObserver {
public:
    SealedCommits(int descriptor, std::uint64_t page_bytes) : descriptor_(descriptor), page_bytes_(page_bytes) {}

    /// A transaction begins: what it writes is noted.
    void begin();
    /// It was undone.
    void abandon() { observed_.reset(); }
    /// LMDB will commit it now. What it has written before, as it does in huge transactions, may have been given up
    /// since, for others to write over: a seal cannot vouch for that.
    void begin_commit() { orderly_ = orderly_ && noted_.ranges.empty(); }
    /// LMDB has committed it, without a flush. When this returns, it is durable. Errors: throws StoreFailure.
    void finish(std::uint64_t transaction);
    /// As finish, but leaves the flush to somebody else (a mutant for tests).
    void finish_without_flush(std::uint64_t transaction);
    /// Makes the last transaction durable, and then says so in its seal: it needs no check any more. In this order,
    /// since nobody may know whether it is durable yet. Errors: throws StoreFailure.
    void settle(std::uint64_t transaction);
    /// Makes durable what was written. Errors: throws StoreFailure.
    void flush() const;

private:
    void on_write(std::uint64_t offset, std::span<const iovec> pieces, bool whole) override;
    void write(const Bytes& seal, std::uint64_t transaction) const;
    /// Writes the seal of what was noted; false when there is none.
    bool seal(std::uint64_t transaction);
    /// The seal of what was noted; nothing when there is none that fits, or not everything was seen.
    std::optional<Bytes> seal_of(std::uint64_t transaction);
    std::size_t seal_bytes_max() const { return page_bytes_ - seal_at; }

    const int descriptor_;
    const std::uint64_t page_bytes_;
    std::optional<ObservedWrites> observed_;
    CommitSeal noted_;
    /// Pages came in their order, whole, and the header page after them.
    bool orderly_ = true;
    bool header_seen_ = false;
};

}  // namespace tern::store
