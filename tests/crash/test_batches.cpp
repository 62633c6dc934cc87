#include "tests/crash/test_batches.hpp"

#include <stdexcept>

namespace tern::crash {

std::string make_batch(const std::vector<std::string>& values, const protocol::ProducerStamp& stamp,
                       protocol::Compression compression) {
    constexpr std::int64_t timestamp_ms = 1'700'000'000'000;
    protocol::BatchBuilder builder;
    builder.begin();
    for (const auto& value : values) builder.add(timestamp_ms, {}, value);
    return std::string(builder.finish(compression, stamp));
}

std::vector<ReadRecord> records_in(std::string_view batches) {
    std::vector<ReadRecord> records;
    protocol::BatchReader reader;
    while (!batches.empty()) {
        const auto header = protocol::read_batch_header(batches);
        if (!header) throw std::runtime_error("a batch is cut off");
        reader.open(batches.substr(0, header->bytes));
        while (const auto* record = reader.next())
            records.push_back({static_cast<std::uint64_t>(record->offset), std::string(record->value.value_or(""))});
        if (reader.fault() != protocol::BatchFault::none) throw std::runtime_error("a batch is damaged");
        batches.remove_prefix(header->bytes);
    }
    return records;
}

}  // namespace tern::crash
