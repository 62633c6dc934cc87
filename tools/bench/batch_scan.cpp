#include "tools/bench/batch_scan.hpp"

#include <fmt/format.h>

#include "protocol/record_batch.hpp"
#include "tools/bench/bench_error.hpp"

namespace tern::bench {

Done scan_batches(std::string_view batches, std::uint64_t& offset) {
    Done done;
    while (!batches.empty()) {
        const auto header = protocol::read_batch_header(batches);
        if (!header) throw BenchError("The broker handed out a batch that is cut off.");
        const auto batch = batches.substr(0, header->bytes);
        // Its records are the application's to read; here they are only decompressed, if they are compressed.
        const protocol::BatchReader reader(batch);
        if (reader.fault() != protocol::BatchFault::none)
            throw BenchError(fmt::format("The broker handed out a batch that does not hold: {}.",
                                         protocol::text_of(reader.fault())));
        if (header->base_offset != static_cast<std::int64_t>(offset))
            throw BenchError(fmt::format("The broker handed out a batch that begins at {} where {} comes next.",
                                         header->base_offset, offset));
        offset = static_cast<std::uint64_t>(header->next_offset());
        done.messages += static_cast<std::uint64_t>(header->records);
        done.bytes += batch.size();
        batches.remove_prefix(batch.size());
    }
    return done;
}

}  // namespace tern::bench
