#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/big_endian.hpp"
#include "protocol/crc32c.hpp"
#include "protocol/record_batch.hpp"

/// What a producer may append and a broker may hand out: the check and the reader must neither break nor read past the
/// batch, agree about it, and what was read can be written and read again.
///
/// The lowest bit of the first byte says whether length, version and checksum are made right, so that what lies behind
/// them is reached; the rest is the batch.
namespace {

using namespace tern::protocol;

constexpr std::size_t uncompressed_bytes_max = 1u << 20;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string mended(std::string batch) {
    if (batch.size() < batch_header_bytes) return batch;
    store_big(batch.data() + 8, static_cast<std::int32_t>(batch.size() - 12));
    batch[16] = 2;
    store_big(batch.data() + 17, crc32c(std::string_view(batch).substr(21)));
    return batch;
}

/// What a record says, as text; reading it touches every byte.
std::string text_of(const Record& record) {
    const auto field = [](const std::optional<std::string_view>& bytes) {
        return bytes ? std::to_string(bytes->size()) + ':' + std::string(*bytes) : std::string("-");
    };
    std::string text = std::to_string(record.timestamp_ms) + ' ' + field(record.key) + field(record.value);
    for (const auto& header : record.headers) text += field(header.key) + field(header.value);
    return text;
}

std::vector<std::string> read_all(BatchReader& reader, BatchBuilder& copy) {
    std::vector<std::string> records;
    copy.begin();
    while (const auto* record = reader.next()) {
        require(record->offset == reader.header().base_offset + static_cast<std::int64_t>(records.size()));
        records.push_back(text_of(*record));
        const auto before = copy.bytes();
        copy.add(record->timestamp_ms, record->key, record->value, record->headers);
        require(copy.bytes() - before <= BatchBuilder::record_bytes(record->key, record->value, record->headers));
    }
    return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    std::string batch(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    if ((bytes[0] & 1) != 0) batch = mended(batch);

    const auto checked = check_batch(batch);
    static BatchReader reader(uncompressed_bytes_max);
    static BatchBuilder copy;
    reader.open(batch);
    const auto records = read_all(reader, copy);
    const bool whole = reader.fault() == BatchFault::none;
    require(reader.next() == nullptr);
    if (whole) require(records.size() == static_cast<std::size_t>(reader.header().records));
    // The check looks at no compressed record; the reader not at the greatest timestamp.
    if (checked.fault == BatchFault::none && checked.header.compression() == Compression::none) require(whole);
    if (whole) require(checked.fault == BatchFault::none || checked.fault == BatchFault::timestamps);
    if (records.empty()) return 0;

    const auto again = copy.finish(static_cast<Compression>((bytes[0] >> 1) % 5), checked.header.producer);
    const auto checked_again = check_batch(again);
    // Timestamps may lie further apart than a batch can tell.
    if (checked_again.fault == BatchFault::timestamps) return 0;
    require(checked_again.fault == BatchFault::none);
    static BatchReader second_reader(64u << 20);
    static BatchBuilder second_copy;
    if (second_reader.open(again) == BatchFault::none && read_all(second_reader, second_copy) == records) return 0;
    // A compressed batch is not checked for them.
    require(second_reader.fault() == BatchFault::timestamps);
    return 0;
}
