#include "broker/store/lmdb_header.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "broker/base/bytes.hpp"
#include "broker/store/lmdb_layout.hpp"

namespace tern::store {
namespace {

constexpr std::size_t page_flags_at = 10;
constexpr std::size_t magic_at = 16;
constexpr std::size_t version_at = 20;
constexpr std::size_t page_bytes_at = 40;

constexpr std::uint16_t header_page_flag = 0x08;
constexpr std::uint32_t lmdb_magic = 0xBEEFC0DE;
constexpr std::uint32_t lmdb_data_version = 1;

std::optional<std::string> fault_of(int descriptor, std::uint64_t file_bytes) {
    const auto first = read_lmdb_header(descriptor, 0);
    if (!first) return "it does not begin as an LMDB file does";
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    if (first->page_bytes != page_bytes) return "it was written on a machine with another page size";
    const auto second = read_lmdb_header(descriptor, page_bytes);
    if (!second || second->page_bytes != page_bytes) return "its second header page is damaged";

    // Transactions write them in turns, the even ones the first; in a file that was never written to, both are of 0.
    if (first->transaction % 2 != 0 || (second->transaction % 2 == 0 && second->transaction != 0)) {
        return "one of its header pages is damaged";
    }

    const auto& newer = first->transaction > second->transaction ? *first : *second;
    if (newer.last_page >= file_bytes / page_bytes) {
        return "it is " + std::to_string(file_bytes) + " bytes long and should be " +
               std::to_string((newer.last_page + 1) * page_bytes);
    }
    return std::nullopt;
}

}  // namespace

std::optional<LmdbHeader> read_lmdb_header(int descriptor, std::uint64_t at) {
    std::array<char, lmdb_header_bytes> page;
    const auto count = ::pread(descriptor, page.data(), page.size(), static_cast<off_t>(at));
    if (count != static_cast<ssize_t>(page.size())) return std::nullopt;
    if ((load_little<std::uint16_t>(page.data() + page_flags_at) & header_page_flag) == 0) return std::nullopt;
    if (load_little<std::uint32_t>(page.data() + magic_at) != lmdb_magic) return std::nullopt;
    if (load_little<std::uint32_t>(page.data() + version_at) != lmdb_data_version) return std::nullopt;
    return LmdbHeader{load_little<std::uint32_t>(page.data() + page_bytes_at),
                      load_little<std::uint64_t>(page.data() + last_page_at),
                      load_little<std::uint64_t>(page.data() + transaction_at)};
}

std::optional<std::string> lmdb_header_fault(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return "it cannot be read";

    struct stat status;
    auto fault = ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)
                     ? std::optional<std::string>("it is not an ordinary file")
                     : fault_of(descriptor, static_cast<std::uint64_t>(status.st_size));
    ::close(descriptor);
    return fault;
}

}  // namespace tern::store
