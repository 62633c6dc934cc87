#include <array>
#include <chrono>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tests/crash/stream_load.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

constexpr std::chrono::milliseconds patience{20};

/// Where to go on after these batches.
std::uint64_t end_of(std::string_view batches, std::uint64_t offset) {
    while (const auto header = protocol::read_batch_header(batches)) {
        offset = static_cast<std::uint64_t>(header->next_offset());
        batches.remove_prefix(header->bytes);
    }
    return offset;
}

}  // namespace

void run_watcher(const LoadOptions& options, std::uint32_t number, const std::atomic<bool>& done) {
    WireClient client(options.port);
    std::vector<FetchPosition> positions;
    for (std::uint32_t partition = 0; partition < shared_partitions; ++partition)
        positions.push_back({shared_stream, partition, 0});
    // By turns it waits for more and asks at once: right after an answer there may be what is not durable yet.
    for (bool wait = number % 2 == 0; !done; wait = !wait) {
        FetchOptions how;
        if (wait) how.wait = patience;
        const auto fetched = client.execute([&](std::uint64_t id) { return detail::fetch(id, positions, how); });
        for (std::size_t i = 0; i < positions.size(); ++i) {
            const auto& partition = fetched.value()[i];
            // What was truncated meanwhile.
            positions[i].offset =
                partition.ok() ? end_of(partition.batches, positions[i].offset) : partition.start_offset;
        }
    }
}

}  // namespace tern::crash
