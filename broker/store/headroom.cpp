#include "broker/store/headroom.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "broker/store/data_folder.hpp"

namespace tern::store {
namespace {

/// Below this part of the reserve not even a delete can be sure to find the pages that it copies.
constexpr std::uint64_t floor_divisor = 32;
/// While there is plenty, the disk is looked at every so many times, or when the file has grown by so much.
constexpr std::uint64_t looks_between = 64;
constexpr std::uint64_t growth_between_bytes = 4u << 20;

}  // namespace

Headroom::Headroom(int file_descriptor, std::uint64_t reserve_bytes)
    : file_descriptor_(file_descriptor),
      reserve_bytes_(reserve_bytes) {}

Space Headroom::look(const Extent& extent, const std::function<std::uint64_t(std::uint64_t)>& free_bytes) {
    const bool grown = extent.used_bytes > used_bytes_at_look_ + growth_between_bytes;
    const bool can_allocate = allocate_ahead(extent);
    if (!can_allocate || !was_plenty_ || grown || looks_++ % looks_between == 0) {
        look_at_disk();
        used_bytes_at_look_ = extent.used_bytes;
    }

    auto left = bytes_ahead(extent);
    // Back to plenty only with a quarter more than the reserve, lest the state flutter.
    const auto wanted = was_plenty_ ? reserve_bytes_ : reserve_bytes_ + reserve_bytes_ / 4;
    if (left < wanted && !(can_allocate && left >= reserve_bytes_)) left += free_bytes(wanted - left);

    auto state = SpaceState::plenty;
    if (left < reserve_bytes_ / floor_divisor) {
        state = SpaceState::exhausted;
    } else if (left < (can_allocate ? reserve_bytes_ : wanted)) {
        state = SpaceState::low;
    }
    was_plenty_ = state == SpaceState::plenty;
    if (was_plenty_ && !watch_disk_) write_zeros(extent);
    return {state, std::max(allocated_bytes_, extent.used_bytes), extent.used_bytes, disk_free_bytes_};
}

/// True when the reserve is there.
bool Headroom::allocate_ahead(const Extent& extent) {
    const auto reserve_end = extent.used_bytes + reserve_bytes_;
    const auto wanted = std::min(reserve_end, extent.limit_bytes);
    if (allocated_bytes_ < wanted) {
        // In steps as long as the reserve, so that there is seldom one.
        const auto generous = std::min(wanted + reserve_bytes_, extent.limit_bytes);
        if (!lengthen(generous) && !lengthen(wanted)) return false;
    }
    return reserve_end <= extent.limit_bytes && (!watch_disk_ || disk_free_bytes_ > reserve_bytes_);
}

/// Allocates the file's blocks up to `target`, holes below it too. The length goes with it and is flushed, so that a
/// file shorter than its last page is known to be cut off.
bool Headroom::lengthen(std::uint64_t target) {
    if (!watch_disk_ && ::fallocate(file_descriptor_, 0, static_cast<off_t>(allocated_bytes_),
                                    static_cast<off_t>(target - allocated_bytes_)) != 0) {
        if (errno != EOPNOTSUPP && errno != ENOSYS) return false;
        watch_disk_ = true;
    }
    if (watch_disk_) {
        look_at_disk();
        struct stat status;
        if (::fstat(file_descriptor_, &status) != 0) return false;
        const auto target_length = static_cast<off_t>(target);
        if (status.st_size < target_length && ::ftruncate(file_descriptor_, target_length) != 0) return false;
    }
    if (::fsync(file_descriptor_) != 0) {
        throw StoreFailure("The data file failed while being flushed: " + system_error_text() + ".");
    }
    allocated_bytes_ = target;
    return true;
}

/// What can surely be written behind the last page.
std::uint64_t Headroom::bytes_ahead(const Extent& extent) const {
    const auto end = watch_disk_ ? extent.used_bytes + disk_free_bytes_ : allocated_bytes_;
    const auto within_limit = std::min(end, extent.limit_bytes);
    return within_limit > extent.used_bytes ? within_limit - extent.used_bytes : 0;
}

/// A failure to do so is none: the commit that needs the blocks will write them, and meet whatever is wrong.
void Headroom::write_zeros(const Extent& extent) {
    static constexpr std::array<char, 16u << 10> zeros{};
    const auto range = zeroed_ahead_.next(extent.used_bytes, allocated_bytes_);
    if (!range) return;
    for (auto at = range->from; at < range->to; at += zeros.size()) {
        const auto bytes = std::min<std::uint64_t>(zeros.size(), range->to - at);
        if (::pwrite(file_descriptor_, zeros.data(), bytes, static_cast<off_t>(at)) < 0) return;
    }
}

void Headroom::look_at_disk() {
    struct statvfs disk;
    if (::fstatvfs(file_descriptor_, &disk) == 0) disk_free_bytes_ = std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace tern::store
