#pragma once

#include <cstdint>
#include <functional>

#include "broker/store/store.hpp"
#include "broker/store/zeroed_ahead.hpp"

namespace tern::store {

/// Where the data file ends, and where it must.
struct Extent {
    /// Up to and with the last page in use.
    std::uint64_t used_bytes = 0;
    /// How long the file may become: the map.
    std::uint64_t limit_bytes = 0;
};

/// Keeps blocks of the disk allocated ahead of the data file's last page, so that a full disk is met here, where it can
/// be told, and never in the middle of a commit (docs/storage.md). One thread.
class Headroom {
public:
    /// Keeps at least `reserve_bytes` ahead while the disk has room.
    Headroom(int file_descriptor, std::uint64_t reserve_bytes);

    /// What can still be written. Asks `free_bytes(enough)`, the bytes within the file that can be used again, counted
    /// no further than `enough`, only when no more can be allocated.
    Space look(const Extent& extent, const std::function<std::uint64_t(std::uint64_t)>& free_bytes);

private:
    bool allocate_ahead(const Extent& extent);
    bool lengthen(std::uint64_t target);
    std::uint64_t bytes_ahead(const Extent& extent) const;
    void look_at_disk();
    void write_zeros(const Extent& extent);

    int file_descriptor_;
    std::uint64_t reserve_bytes_;
    /// The blocks of everything below belong to the file.
    std::uint64_t allocated_bytes_ = 0;
    /// The file system cannot allocate ahead: its free space is watched instead.
    bool watch_disk_ = false;
    std::uint64_t disk_free_bytes_ = 0;
    std::uint64_t looks_ = 0;
    std::uint64_t used_bytes_at_look_ = 0;
    bool was_plenty_ = true;
    ZeroedAhead zeroed_ahead_;
};

}  // namespace tern::store
