#include "broker/store/sealed_commits.hpp"

#include <unistd.h>

#include "broker/store/data_folder.hpp"
#include "broker/store/store.hpp"
#include "protocol/crc32c.hpp"

namespace tern::store {
namespace {

/// LMDB's own header pages; what it writes there makes a commit valid, and is the last of its writes.
constexpr std::uint64_t header_pages = 2;

[[noreturn]] void fail_commit(const char* doing) {
    throw StoreFailure("The data file failed while " + std::string(doing) + ": " + system_error_text() + ".");
}

}  // namespace

void SealedCommits::begin() {
    noted_.ranges.clear();
    noted_.crc = 0;
    orderly_ = true;
    header_seen_ = false;
    observed_.emplace(descriptor_, static_cast<WriteObserver&>(*this));
}

void SealedCommits::on_write(std::uint64_t offset, std::span<const iovec> pieces, bool whole) {
    const bool header = offset < header_pages * page_bytes_;
    auto& ranges = noted_.ranges;
    const auto end = ranges.empty() ? 0 : ranges.back().offset + ranges.back().bytes;
    orderly_ = orderly_ && whole && !header_seen_ && (header || offset >= end);
    header_seen_ = header_seen_ || header;

    std::uint64_t bytes = 0;
    for (const auto& piece : pieces) {
        noted_.crc = protocol::crc32c({static_cast<const char*>(piece.iov_base), piece.iov_len}, noted_.crc);
        bytes += piece.iov_len;
    }
    if (!header && offset == end && !ranges.empty())
        ranges.back().bytes += bytes;
    else
        ranges.push_back({offset, bytes});
}

std::optional<Bytes> SealedCommits::seal_of(std::uint64_t transaction) {
    // A transaction that changed something wrote pages, and then its header.
    if (!orderly_ || !header_seen_ || noted_.ranges.size() < 2) return std::nullopt;
    noted_.transaction = transaction;
    return encode_seal(noted_, seal_bytes_max());
}

bool SealedCommits::seal(std::uint64_t transaction) {
    observed_.reset();
    const auto seal = seal_of(transaction);
    if (seal) write(*seal, transaction);
    return seal.has_value();
}

void SealedCommits::finish(std::uint64_t transaction) {
    seal(transaction) ? flush() : settle(transaction);
}

void SealedCommits::finish_without_flush(std::uint64_t transaction) {
    if (!seal(transaction)) settle(transaction);
}

void SealedCommits::settle(std::uint64_t transaction) {
    flush();
    CommitSeal seal;
    seal.transaction = transaction;
    write(*encode_seal(seal, seal_bytes_max()), transaction);
    flush();
}

void SealedCommits::write(const Bytes& seal, std::uint64_t transaction) const {
    const auto at = static_cast<off_t>(seal_offset(transaction, page_bytes_));
    if (::pwrite(descriptor_, seal.data(), seal.size(), at) != static_cast<ssize_t>(seal.size()))
        fail_commit("being written");
}

void SealedCommits::flush() const {
    if (::fdatasync(descriptor_) != 0) fail_commit("being flushed");
}

}  // namespace tern::store
