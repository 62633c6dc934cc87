#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/request_frame.hpp"

/// Requests about streams and consumer groups, built once and patched before each use.
namespace tern::bench {

/// An append of one record batch.
class AppendFrame {
public:
    AppendFrame(const std::string& stream, std::string_view batch);

    void set_id(std::uint64_t id) { std::memcpy(&bytes_[id_offset_], &id, sizeof id); }
    void set_partition(std::uint32_t partition) {
        std::memcpy(&bytes_[partition_offset_], &partition, sizeof partition);
    }
    std::string_view bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t id_offset_ = 0;
    std::size_t partition_offset_ = 0;
};

struct FetchShape {
    std::vector<std::uint32_t> partitions = {};
    /// Of each partition, and of all together.
    std::uint32_t partition_bytes_max = 1u << 20;
    std::uint32_t bytes_max = 8u << 20;
    std::uint32_t wait_ms = 0;
};

/// A fetch whose offsets are filled in.
class FetchFrame {
public:
    FetchFrame(const std::string& stream, const FetchShape& shape);

    void set_id(std::uint64_t id) { std::memcpy(&bytes_[id_offset_], &id, sizeof id); }
    /// `entry` counts through the shape's partitions.
    void set_offset(std::size_t entry, std::uint64_t offset) {
        std::memcpy(&bytes_[entry_offsets_[entry]], &offset, sizeof offset);
    }
    std::string_view bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t id_offset_ = 0;
    std::vector<std::size_t> entry_offsets_;
};

RequestFrame create_stream_frame(const std::string& stream, std::uint32_t partitions);
RequestFrame delete_stream_frame(const std::string& stream);
RequestFrame describe_stream_frame(const std::string& stream);

/// A new member that nobody hears of again for half an hour, the longest session that there is.
RequestFrame join_group_frame(const std::string& group, const std::string& stream);
RequestFrame commit_offset_frame(const std::string& group, const std::string& member, std::uint32_t generation,
                                 const std::string& stream, std::uint64_t offset);
RequestFrame heartbeat_frame(const std::string& group, const std::string& member, std::uint32_t generation,
                             const std::string& stream, const std::vector<std::uint32_t>& owned);
RequestFrame leave_group_frame(const std::string& group, const std::string& member);
RequestFrame delete_group_frame(const std::string& group);

}  // namespace tern::bench
