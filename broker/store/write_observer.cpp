#include "broker/store/write_observer.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include "broker/base/check.hpp"

namespace tern::store {
namespace {

struct Watched {
    int descriptor = -1;
    WriteObserver* observer = nullptr;
};
thread_local Watched watched;

std::size_t bytes_in(std::span<const iovec> pieces) {
    std::size_t bytes = 0;
    for (const auto& piece : pieces) bytes += piece.iov_len;
    return bytes;
}

void tell(off_t offset, std::span<const iovec> pieces, ssize_t written) {
    if (written <= 0) return;
    const bool whole = static_cast<std::size_t>(written) == bytes_in(pieces);
    watched.observer->on_write(static_cast<std::uint64_t>(offset), pieces, whole);
}

bool is_watched(int descriptor) {
    return watched.observer && watched.descriptor == descriptor;
}

std::span<const iovec> as_span(const iovec* pieces, int count) {
    return {pieces, static_cast<std::size_t>(count < 0 ? 0 : count)};
}

/// The function of that name that would be called without this file.
template <class Function>
Function* next_of(const char* name) {
    auto* const found = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
    TERN_CHECK(found != nullptr);
    return found;
}

}  // namespace

ObservedWrites::ObservedWrites(int descriptor, WriteObserver& observer) {
    TERN_CHECK(watched.observer == nullptr);
    watched = {descriptor, &observer};
}

ObservedWrites::~ObservedWrites() {
    watched = {};
}

}  // namespace tern::store

// By their names in the C library: with 64-bit offsets a header may call these something else.
extern "C" {

[[gnu::visibility("default")]] ssize_t tern_pwrite(int fd, const void* bytes, size_t size,
                                                   off_t offset) __asm__("pwrite");
[[gnu::visibility("default")]] ssize_t tern_writev(int fd, const iovec* pieces, int count) __asm__("writev");
[[gnu::visibility("default")]] ssize_t tern_pwritev(int fd, const iovec* pieces, int count,
                                                    off_t offset) __asm__("pwritev");

ssize_t tern_pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    static auto* const next = tern::store::next_of<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    const auto written = next(fd, bytes, size, offset);
    if (tern::store::is_watched(fd)) {
        const iovec piece{const_cast<void*>(bytes), size};
        tern::store::tell(offset, {&piece, 1}, written);
    }
    return written;
}

ssize_t tern_writev(int fd, const iovec* pieces, int count) {
    static auto* const next = tern::store::next_of<ssize_t(int, const iovec*, int)>("writev");
    const bool is_watched = tern::store::is_watched(fd);
    const auto offset = is_watched ? ::lseek(fd, 0, SEEK_CUR) : 0;
    const auto written = next(fd, pieces, count);
    if (is_watched) tern::store::tell(offset, tern::store::as_span(pieces, count), written);
    return written;
}

ssize_t tern_pwritev(int fd, const iovec* pieces, int count, off_t offset) {
    static auto* const next = tern::store::next_of<ssize_t(int, const iovec*, int, off_t)>("pwritev");
    const auto written = next(fd, pieces, count, offset);
    if (tern::store::is_watched(fd)) tern::store::tell(offset, tern::store::as_span(pieces, count), written);
    return written;
}

}  // extern "C"
