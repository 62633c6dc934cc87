/// Loaded before the C library (LD_PRELOAD), this writes down what the broker does to its data file and to its
/// connections, in one total order (trace_format.hpp). TERN_RECORDER_TRACE names the file to write; without it nothing
/// is recorded.
///
/// A write counts from its call, a flush when it has returned, an answer when the call that sends it was made: each on
/// the side on which a power cut would find the most to complain about. Calls to the data file hold the lock, so that
/// no other record comes between a call and its effect; flushes and sockets do not, since waiting is their nature.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

#include "tests/crash/trace_format.hpp"

namespace {

using tern::crash::Event;
using tern::crash::Record;

constexpr std::size_t descriptors_max = 4096;

std::mutex lock;
int trace_descriptor = -1;
std::uint32_t connections = 0;
std::uint64_t calls = 0;
std::array<std::atomic<std::uint32_t>, descriptors_max> connection_of{};

// The system calls themselves: a preloaded library must not need what it stands in front of.
ssize_t real_write(int fd, const void* bytes, std::size_t size) {
    return ::syscall(SYS_write, fd, bytes, size);
}

void write_fully(const void* bytes, std::size_t size) {
    const char* at = static_cast<const char*>(bytes);
    while (size > 0) {
        const auto written = real_write(trace_descriptor, at, size);
        if (written <= 0) std::abort();
        at += written;
        size -= static_cast<std::size_t>(written);
    }
}

/// With the lock held.
void record(Event event, std::uint32_t connection, std::uint64_t offset, std::uint64_t call, const iovec* pieces,
            int count, std::size_t size) {
    const int error = errno;
    const Record header{event, {}, connection, offset, call, size};
    write_fully(&header, sizeof header);
    for (int i = 0; i < count && size > 0; ++i) {
        const auto part = pieces[i].iov_len < size ? pieces[i].iov_len : size;
        write_fully(pieces[i].iov_base, part);
        size -= part;
    }
    errno = error;
}

std::uint64_t record_alone(Event event, std::uint64_t offset = 0, std::uint64_t call = 0) {
    const std::lock_guard guard(lock);
    const auto number = call == 0 ? ++calls : call;
    record(event, 0, offset, number, nullptr, 0, 0);
    return number;
}

std::size_t size_of(const iovec* pieces, int count) {
    std::size_t size = 0;
    for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
    return size;
}

bool recording() {
    return trace_descriptor >= 0;
}

bool ends_with_data_file(std::string_view path) {
    return path.ends_with("/tern.mdb") || path.ends_with("/tern.mdb.new");
}

enum class Kind { other, data_file, folder };

Kind kind_of(int fd) {
    if (!recording()) return Kind::other;
    struct stat status;
    if (::fstat(fd, &status) != 0) return Kind::other;
    if (S_ISDIR(status.st_mode)) return Kind::folder;
    if (!S_ISREG(status.st_mode)) return Kind::other;
    char link[64];
    char path[PATH_MAX];
    // Not through the C library's printf: this may run early and often.
    char digits[16];
    std::size_t length = 0;
    for (int rest = fd; length == 0 || rest > 0; rest /= 10) digits[length++] = static_cast<char>('0' + rest % 10);
    constexpr std::string_view folder = "/proc/self/fd/";
    std::memcpy(link, folder.data(), folder.size());
    for (std::size_t i = 0; i < length; ++i) link[folder.size() + i] = digits[length - 1 - i];
    link[folder.size() + length] = '\0';
    const auto size = ::syscall(SYS_readlink, link, path, sizeof path);
    return size > 0 && ends_with_data_file({path, static_cast<std::size_t>(size)}) ? Kind::data_file : Kind::other;
}

std::uint32_t connection_at(int fd) {
    if (!recording() || fd < 0 || static_cast<std::size_t>(fd) >= descriptors_max) return 0;
    return connection_of[static_cast<std::size_t>(fd)];
}

void set_connection(int fd, bool opened) {
    if (fd < 0 || static_cast<std::size_t>(fd) >= descriptors_max) return;
    const std::lock_guard guard(lock);
    connection_of[static_cast<std::size_t>(fd)] = opened ? ++connections : 0;
    if (opened) record(Event::accepted, connections, 0, 0, nullptr, 0, 0);
}

/// A descriptor opened with O_SYNC or O_DSYNC: each of its writes is a flush too.
bool flushes_each_write(int fd) {
    const auto flags = ::syscall(SYS_fcntl, fd, F_GETFL, 0);
    return (flags & O_DSYNC) != 0;
}

/// `call` writes the pieces at `offset` of the data file.
template <class Call>
ssize_t recorded_write(int fd, const iovec* pieces, int count, off_t offset, Call call) {
    const std::lock_guard guard(lock);
    const bool flushes = flushes_each_write(fd);
    const auto number = ++calls;
    record(Event::write, 0, static_cast<std::uint64_t>(offset), number, pieces, count, size_of(pieces, count));
    if (flushes) record(Event::flush_called, 0, 0, number, nullptr, 0, 0);
    const ssize_t result = call();
    if (flushes && result >= 0) record(Event::flush_returned, 0, 0, number, nullptr, 0, 0);
    return result;
}

template <class Call>
int recorded_flush(int fd, Call call) {
    const auto kind = kind_of(fd);
    if (kind == Kind::other) return call();
    const auto number = kind == Kind::data_file ? record_alone(Event::flush_called) : 0;
    const int result = call();
    if (result != 0) return result;
    if (kind == Kind::data_file) {
        record_alone(Event::flush_returned, 0, number);
    } else {
        record_alone(Event::folder_flushed);
    }
    return result;
}

/// `call` sends the pieces; they may be known to the peer from before it returns.
template <class Call>
ssize_t recorded_send(std::uint32_t connection, const iovec* pieces, int count, Call call) {
    std::uint64_t number = 0;
    {
        const std::lock_guard guard(lock);
        number = ++calls;
        record(Event::sending, connection, 0, number, pieces, count, size_of(pieces, count));
    }
    const ssize_t result = call();
    const std::lock_guard guard(lock);
    record(Event::sent, connection, result > 0 ? static_cast<std::uint64_t>(result) : 0, number, nullptr, 0, 0);
    return result;
}

ssize_t recorded_receive(std::uint32_t connection, const iovec* pieces, int count, int flags, ssize_t result) {
    if (result <= 0 || (flags & MSG_PEEK) != 0) return result;
    const std::lock_guard guard(lock);
    record(Event::received, connection, 0, 0, pieces, count, static_cast<std::size_t>(result));
    return result;
}

template <class Call>
ssize_t positioned_write(int fd, const iovec* pieces, int count, off_t offset, Call call) {
    if (kind_of(fd) != Kind::data_file) return call();
    return recorded_write(fd, pieces, count, offset, call);
}

/// A write at the descriptor's own position, or to a connection.
template <class Call>
ssize_t plain_write(int fd, const iovec* pieces, int count, Call call) {
    if (const auto connection = connection_at(fd)) return recorded_send(connection, pieces, count, call);
    if (kind_of(fd) != Kind::data_file) return call();
    return recorded_write(fd, pieces, count, ::syscall(SYS_lseek, fd, 0, SEEK_CUR), call);
}

iovec piece(const void* bytes, std::size_t size) {
    return {const_cast<void*>(bytes), size};
}

int lengthen(int fd, int mode, off_t offset, off_t length) {
    const auto call = [&] { return static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, length)); };
    if (kind_of(fd) != Kind::data_file) return call();
    const std::lock_guard guard(lock);
    const int result = call();
    const auto end = static_cast<std::uint64_t>(offset + length);
    if (result == 0) record(mode == 0 ? Event::allocate : Event::unseen, 0, end, ++calls, nullptr, 0, 0);
    return result;
}

int set_length(int fd, off_t length) {
    const auto call = [&] { return static_cast<int>(::syscall(SYS_ftruncate, fd, length)); };
    if (kind_of(fd) != Kind::data_file) return call();
    const std::lock_guard guard(lock);
    const int result = call();
    if (result == 0) record(Event::truncate, 0, static_cast<std::uint64_t>(length), ++calls, nullptr, 0, 0);
    return result;
}

__attribute__((constructor)) void begin() {
    const char* const path = std::getenv("TERN_RECORDER_TRACE");
    if (path == nullptr) return;
    const auto opened = ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (opened < 0) std::abort();
    trace_descriptor = static_cast<int>(opened);
}

}  // namespace

// The C library's names, each also by its 64-bit one. Whatever is called here goes to the system directly.
extern "C" {

ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t offset) {
    const auto one = piece(bytes, size);
    return positioned_write(fd, &one, 1, offset, [&] { return ::syscall(SYS_pwrite64, fd, bytes, size, offset); });
}
ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t offset) {
    return pwrite(fd, bytes, size, offset);
}

ssize_t pwritev(int fd, const iovec* pieces, int count, off_t offset) {
    return positioned_write(fd, pieces, count, offset,
                            [&] { return ::syscall(SYS_pwritev, fd, pieces, count, offset, 0L); });
}
ssize_t pwritev64(int fd, const iovec* pieces, int count, off64_t offset) {
    return pwritev(fd, pieces, count, offset);
}

ssize_t write(int fd, const void* bytes, std::size_t size) {
    const auto one = piece(bytes, size);
    return plain_write(fd, &one, 1, [&] { return real_write(fd, bytes, size); });
}
ssize_t writev(int fd, const iovec* pieces, int count) {
    return plain_write(fd, pieces, count, [&] { return ::syscall(SYS_writev, fd, pieces, count); });
}

int fdatasync(int fd) {
    return recorded_flush(fd, [&] { return static_cast<int>(::syscall(SYS_fdatasync, fd)); });
}
int fsync(int fd) {
    return recorded_flush(fd, [&] { return static_cast<int>(::syscall(SYS_fsync, fd)); });
}

int ftruncate(int fd, off_t length) noexcept {
    return set_length(fd, length);
}
int ftruncate64(int fd, off64_t length) noexcept {
    return set_length(fd, length);
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
    return lengthen(fd, mode, offset, length);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    return lengthen(fd, mode, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
    const int before = errno;
    const int result = lengthen(fd, 0, offset, length) == 0 ? 0 : errno;
    errno = before;
    return result;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    return posix_fallocate(fd, offset, length);
}

/// Stores through a mapping pass by the recorder: it can only say that there may be some.
void* mmap(void* where, std::size_t length, int protection, int flags, int fd, off_t offset) noexcept {
    const auto mapped = ::syscall(SYS_mmap, where, length, protection, flags, fd, offset);
    const bool writes = (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0;
    if (fd >= 0 && writes && kind_of(fd) == Kind::data_file) record_alone(Event::unseen);
    return reinterpret_cast<void*>(mapped);
}
void* mmap64(void* where, std::size_t length, int protection, int flags, int fd, off64_t offset) noexcept {
    return mmap(where, length, protection, flags, fd, offset);
}
int msync(void* where, std::size_t length, int flags) {
    if (recording()) record_alone(Event::unseen);
    return static_cast<int>(::syscall(SYS_msync, where, length, flags));
}

int rename(const char* from, const char* to) noexcept {
    const int result = static_cast<int>(::syscall(SYS_rename, from, to));
    if (result == 0 && recording() && std::string_view(to).ends_with("/tern.mdb")) record_alone(Event::rename);
    return result;
}

int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
    const int accepted = static_cast<int>(::syscall(SYS_accept4, fd, address, length, flags));
    if (accepted >= 0 && recording()) set_connection(accepted, true);
    return accepted;
}
int accept(int fd, sockaddr* address, socklen_t* length) {
    return accept4(fd, address, length, 0);
}
int close(int fd) {
    if (connection_at(fd) != 0) set_connection(fd, false);
    return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t send(int fd, const void* bytes, std::size_t size, int flags) {
    const auto call = [&] { return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0); };
    const auto one = piece(bytes, size);
    if (const auto connection = connection_at(fd)) return recorded_send(connection, &one, 1, call);
    return call();
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    const auto call = [&] { return ::syscall(SYS_sendmsg, fd, message, flags); };
    const auto connection = connection_at(fd);
    if (connection == 0) return call();
    return recorded_send(connection, message->msg_iov, static_cast<int>(message->msg_iovlen), call);
}

ssize_t recv(int fd, void* bytes, std::size_t size, int flags) {
    const ssize_t result = ::syscall(SYS_recvfrom, fd, bytes, size, flags, nullptr, nullptr);
    const auto one = piece(bytes, size);
    const auto connection = connection_at(fd);
    return connection == 0 ? result : recorded_receive(connection, &one, 1, flags, result);
}
ssize_t recvmsg(int fd, msghdr* message, int flags) {
    const ssize_t result = ::syscall(SYS_recvmsg, fd, message, flags);
    const auto connection = connection_at(fd);
    if (connection == 0) return result;
    return recorded_receive(connection, message->msg_iov, static_cast<int>(message->msg_iovlen), flags, result);
}
ssize_t read(int fd, void* bytes, std::size_t size) {
    const ssize_t result = ::syscall(SYS_read, fd, bytes, size);
    const auto one = piece(bytes, size);
    const auto connection = connection_at(fd);
    return connection == 0 ? result : recorded_receive(connection, &one, 1, 0, result);
}
ssize_t readv(int fd, const iovec* pieces, int count) {
    const ssize_t result = ::syscall(SYS_readv, fd, pieces, count);
    const auto connection = connection_at(fd);
    return connection == 0 ? result : recorded_receive(connection, pieces, count, 0, result);
}

}  // extern "C"
