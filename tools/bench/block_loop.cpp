#include "tools/bench/block_loop.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/bare_store.hpp"
#include "tools/bench/big_endian.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t block_bytes_target = 64u << 10;
constexpr std::size_t block_header_bytes = 32;
/// Two rows less the seal.
constexpr std::size_t joined_block_bytes_max = 8151;
constexpr std::size_t row_bytes_max = 4080;
constexpr std::size_t whole_seal_bytes = 5;
constexpr std::size_t cut_seal_bytes = 9;
constexpr std::size_t partition_row_bytes = 68;
constexpr std::uint32_t stream = 1;

/// The tables, in the order in which they are opened.
enum StreamTable : std::size_t { stream_log, stream_partitions };

/// stream, partition, last offset; the number of a row behind the first follows.
using BlockKey = std::array<char, 18>;

}  // namespace

struct BlockLoop::State {
    struct Partition {
        std::uint64_t next_offset = 0;
        /// Of the last block, as long as it can be taken up again; 0 when it cannot.
        std::size_t tail_bytes = 0;
    };

    State(const std::filesystem::path& folder, const BlockLoopShape& given)
        : shape(given),
          store(folder, {"stream_log", "stream_partitions"}),
          partitions(shape.partitions),
          bytes(std::max(block_bytes_target, shape.batch_bytes) + block_header_bytes + cut_seal_bytes, 'x') {}

    /// The rows of a block whose last offset is the one before `partition.next_offset`: calls `visit(key, row)`.
    template <class Visit>
    void for_each_row(std::uint32_t number, std::size_t block_bytes, Visit visit) const {
        BlockKey key;
        store_big(key.data(), stream);
        store_big(key.data() + 4, number);
        store_big(key.data() + 8, partitions[number].next_offset - 1);
        const bool whole = block_bytes <= row_bytes_max - whole_seal_bytes;
        const auto sealed_bytes = block_bytes + (whole ? whole_seal_bytes : cut_seal_bytes);
        for (std::size_t at = 0, row = 0; at < sealed_bytes; at += row_bytes_max, ++row) {
            store_big(key.data() + 16, static_cast<std::uint16_t>(row));
            visit(std::string_view(key.data(), row == 0 ? 16 : 18),
                  std::string_view(bytes).substr(at, std::min(row_bytes_max, sealed_bytes - at)));
        }
    }

    void append_block(std::uint32_t number, std::size_t batches) {
        auto& partition = partitions[number];
        auto block_bytes = block_header_bytes + batches * shape.batch_bytes;
        if (partition.tail_bytes > 0 && partition.tail_bytes + batches * shape.batch_bytes <= joined_block_bytes_max) {
            for_each_row(number, partition.tail_bytes, [&](auto key, auto) { store.erase(stream_log, key); });
            block_bytes = partition.tail_bytes + batches * shape.batch_bytes;
        }
        partition.next_offset += batches * shape.batch_records;
        partition.tail_bytes = block_bytes < joined_block_bytes_max ? block_bytes : 0;
        for_each_row(number, block_bytes, [&](auto key, auto row) { store.put(stream_log, key, row); });
    }

    void append(std::uint32_t number, std::uint64_t batches) {
        const auto whole = std::max<std::uint64_t>(1, (block_bytes_target - block_header_bytes) / shape.batch_bytes);
        for (auto left = batches; left > 0; left -= std::min(left, whole)) append_block(number, std::min(left, whole));

        std::array<char, 8> key;
        store_big(key.data(), stream);
        store_big(key.data() + 4, number);
        store.put(stream_partitions, {key.data(), key.size()}, std::string_view(bytes).substr(0, partition_row_bytes));
    }

    void commit_once(std::uint64_t batches) {
        store.begin();
        const auto touched = std::min<std::uint64_t>(batches, shape.partitions);
        for (std::uint64_t i = 0; i < touched; ++i, ++turn)
            append(static_cast<std::uint32_t>(turn % shape.partitions),
                   batches * (i + 1) / touched - batches * i / touched);
        store.commit();
    }

    BlockLoopShape shape;
    BareStore store;
    std::vector<Partition> partitions;
    std::string bytes;
    /// Partitions take turns where a commit has less than a batch for each.
    std::uint64_t turn = 0;
};

BlockLoop::BlockLoop(const std::filesystem::path& folder, const BlockLoopShape& shape)
    : state_(std::make_unique<State>(folder, shape)) {}

BlockLoop::~BlockLoop() = default;

BlockLoopResult BlockLoop::run(double seconds, double bytes_per_commit) {
    const auto batch_bytes = static_cast<double>(state_->shape.batch_bytes);
    const auto batches = static_cast<std::uint64_t>(std::max(1.0, std::round(bytes_per_commit / batch_bytes)));
    BlockLoopResult result;
    const auto began_at = Clock::now();
    const auto until = began_at + as_duration(seconds);
    auto now = began_at;
    while (now < until) {
        state_->commit_once(batches);
        result.bytes += batches * state_->shape.batch_bytes;
        result.records += batches * state_->shape.batch_records;
        ++result.commits;
        now = Clock::now();
    }
    result.seconds = seconds_between(began_at, now);
    stop_if_interrupted();
    return result;
}

BlockLoop::Rows BlockLoop::rows() {
    auto& store = state_->store;
    store.begin();
    const Rows rows{store.rows(stream_log), store.rows(stream_partitions)};
    store.abort();
    return rows;
}

}  // namespace tern::bench
