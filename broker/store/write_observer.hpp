#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>

namespace tern::store {

/// Is told what is written to a file, call by call.
class WriteObserver {
public:
    virtual ~WriteObserver() = default;
    /// The pieces, one after the other, are at `offset` now. `whole`: the call has taken all of them.
    virtual void on_write(std::uint64_t offset, std::span<const iovec> pieces, bool whole) = 0;
};

/// While it lives, the observer is told of this thread's writes to the descriptor. At most one at a time on a thread.
///
/// LMDB tells nobody which pages a commit writes. So its calls of the C library are seen on their way: this program has
/// functions of the same names (pwrite, writev, pwritev), which the dynamic linker finds first, as it finds another
/// allocator's malloc. They pass on to the next of that name, and for all other threads and files do nothing else.
class ObservedWrites {
public:
    ObservedWrites(int descriptor, WriteObserver& observer);
    ~ObservedWrites();
    ObservedWrites(const ObservedWrites&) = delete;
    ObservedWrites& operator=(const ObservedWrites&) = delete;
};

}  // namespace tern::store
