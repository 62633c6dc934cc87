#include "broker/store/last_commit.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "broker/store/commit_seal.hpp"
#include "broker/store/data_folder.hpp"
#include "broker/store/lmdb_layout.hpp"
#include "broker/store/store.hpp"
#include "protocol/crc32c.hpp"

namespace tern::store {
namespace {

class OpenFile {
public:
    OpenFile(const std::string& file, int flags) : descriptor_(::open(file.c_str(), flags | O_CLOEXEC)) {}
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    int descriptor() const { return descriptor_; }

private:
    const int descriptor_;
};

/// As much of the range as there is.
Bytes read_range(int descriptor, const FileRange& range) {
    Bytes bytes(range.bytes, '\0');
    const auto count = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(range.offset));
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return bytes;
}

bool pages_are_there(int descriptor, const CommitSeal& seal) {
    constexpr std::uint64_t piece_bytes_max = 1u << 20;
    std::uint32_t crc = 0;
    for (const auto& range : seal.ranges) {
        for (std::uint64_t done = 0; done < range.bytes;) {
            const FileRange piece{range.offset + done, std::min(piece_bytes_max, range.bytes - done)};
            const auto bytes = read_range(descriptor, piece);
            if (bytes.size() != piece.bytes) return false;
            crc = protocol::crc32c(bytes, crc);
            done += piece.bytes;
        }
    }
    return crc == seal.crc;
}

/// The two last transactions as a file tells of them.
struct LastTwo {
    std::uint64_t page_bytes = 0;
    std::uint64_t newest = 0;
    /// By the number of the header page.
    std::array<std::optional<CommitSeal>, 2> seals;

    const std::optional<CommitSeal>& seal_of(std::uint64_t transaction) const { return seals[transaction % 2]; }
    bool is_sealed(std::uint64_t transaction) const {
        return seal_of(transaction) && seal_of(transaction)->transaction == transaction;
    }
};

std::optional<LastTwo> read_last_two(int descriptor) {
    const auto first = read_lmdb_header(descriptor, 0);
    if (!first || first->page_bytes != static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))) return std::nullopt;
    const auto second = read_lmdb_header(descriptor, first->page_bytes);
    if (!second) return std::nullopt;

    LastTwo last{first->page_bytes, std::max(first->transaction, second->transaction), {}};
    for (std::uint64_t i = 0; i < last.seals.size(); ++i) {
        const auto offset = seal_offset(i, last.page_bytes);
        last.seals[i] = decode_seal(read_range(descriptor, {offset, last.page_bytes - seal_at}));
    }
    // Which header page is the newest's is told by its number.
    const auto& newest_header = last.newest % 2 == 0 ? *first : *second;
    return newest_header.transaction == last.newest ? std::optional(std::move(last)) : std::nullopt;
}

LastCommit judge(int descriptor, const std::optional<LastTwo>& last) {
    if (!last || last->newest < 2) return LastCommit::unknown;
    if (last->is_sealed(last->newest) && pages_are_there(descriptor, *last->seal_of(last->newest)))
        return LastCommit::whole;
    // Of files that were never sealed, such as backups, LMDB's word counts.
    return last->is_sealed(last->newest - 1) ? LastCommit::cut_off : LastCommit::unknown;
}

[[noreturn]] void fail_undoing(const std::string& file) {
    throw StoreFailure("Cannot undo the commit that was cut off in " + file + " (" + system_error_text() +
                       "); give this user the right to write to it.");
}

/// Puts the last but one in the place of the last, under the number of the one before.
bool take_back(int descriptor, const LastTwo& last) {
    const auto good_at = (last.newest - 1) % 2 * last.page_bytes;
    const auto bad_at = last.newest % 2 * last.page_bytes;
    auto header = read_range(descriptor, {good_at, lmdb_header_bytes});
    if (header.size() != lmdb_header_bytes) return false;
    store_little(header.data(), last.newest % 2);
    store_little(header.data() + transaction_at, last.newest - 2);
    constexpr std::array<char, 64> no_seal{};
    const auto write = [&](BytesView bytes, std::uint64_t at) {
        return ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
               static_cast<ssize_t>(bytes.size());
    };
    return write(header, bad_at) && write({no_seal.data(), no_seal.size()}, bad_at + seal_at) &&
           ::fdatasync(descriptor) == 0;
}

}  // namespace

LastCommit judge_last_commit(const std::string& file) {
    const OpenFile opened(file, O_RDONLY);
    if (opened.descriptor() < 0) return LastCommit::unknown;
    return judge(opened.descriptor(), read_last_two(opened.descriptor()));
}

bool undo_cut_off_commit(const std::string& file) {
    if (judge_last_commit(file) != LastCommit::cut_off) return false;
    const OpenFile opened(file, O_RDWR);
    if (opened.descriptor() < 0) fail_undoing(file);
    const auto last = read_last_two(opened.descriptor());
    if (!last || !take_back(opened.descriptor(), *last)) fail_undoing(file);
    return true;
}

}  // namespace tern::store
