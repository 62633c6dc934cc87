#include <algorithm>

#include "protocol/batch_header.hpp"
#include "protocol/crc32c.hpp"
#include "protocol/limits.hpp"
#include "protocol/record_fields.hpp"

namespace tern::protocol {
namespace {

constexpr std::int16_t compression_bits = 7;
constexpr std::int16_t compression_max = 4;

BatchFault check_header(const BatchHeader& header) {
    // Transactions, control batches and delete horizons are the broker's own in Kafka, and do not exist here.
    if ((header.attributes & ~(compression_bits | append_time_bit)) != 0) return BatchFault::attributes;
    if ((header.attributes & compression_bits) > compression_max) return BatchFault::attributes;
    if (header.records < 1 || header.last_offset_delta != header.records - 1) return BatchFault::counts;
    if (header.base_offset < 0 || header.base_offset > INT64_MAX - header.records) return BatchFault::counts;
    if (static_cast<std::size_t>(header.records) > batch_records_max) return BatchFault::too_long;
    const auto& producer = header.producer;
    if (producer.id < -1) return BatchFault::producer;
    if (producer.id >= 0 && (producer.epoch < 0 || producer.sequence < 0)) return BatchFault::producer;
    return BatchFault::none;
}

/// Takes a record's headers; false when they do not end where the record does.
bool measure_headers(const RecordFields& record, std::size_t& bytes) {
    Cursor rest = record.headers_at;
    for (std::int32_t i = 0; i < record.headers; ++i) {
        Field key;
        Field value;
        if (!read_header(rest, key, value)) return false;
        bytes += key.bytes() + value.bytes();
    }
    return rest.at == rest.end;
}

BatchFault check_records(std::string_view bytes, const BatchHeader& header, std::size_t& record_bytes_max) {
    Cursor rest{bytes.data() + batch_header_bytes, bytes.data() + bytes.size()};
    std::int64_t latest = INT64_MIN;
    std::size_t longest = 0;
    for (std::int32_t i = 0; i < header.records; ++i) {
        RecordFields record;
        if (!read_record(rest, record) || record.offset_delta != i) return BatchFault::records;
        std::size_t record_bytes = record.key.bytes() + record.value.bytes();
        if (!measure_headers(record, record_bytes)) return BatchFault::records;
        longest = std::max(longest, record_bytes);

        std::int64_t timestamp = 0;
        if (__builtin_add_overflow(header.base_timestamp, record.timestamp_delta, &timestamp))
            return BatchFault::timestamps;
        latest = std::max(latest, timestamp);
    }
    if (rest.at != rest.end) return BatchFault::records;
    if (!header.append_time() && latest != header.timestamp_max) return BatchFault::timestamps;
    record_bytes_max = longest;
    return BatchFault::none;
}

}  // namespace

BatchFault check_around_records(std::string_view bytes, BatchHeader& header) {
    // The older formats have their version in the same place, and may be shorter.
    if (bytes.size() > batch_field::magic && bytes[batch_field::magic] != batch_magic) return BatchFault::wrong_magic;
    if (bytes.size() > record_batch_bytes_max) return BatchFault::too_long;
    const auto read = read_batch_header(bytes);
    if (!read) return BatchFault::cut_off;
    header = *read;
    if (header.bytes != bytes.size()) return BatchFault::trailing_bytes;
    if (crc32c(bytes.substr(batch_field::attributes)) != header.crc) return BatchFault::wrong_checksum;
    return check_header(header);
}

CheckedBatch check_batch(std::string_view bytes) {
    CheckedBatch checked;
    checked.fault = check_around_records(bytes, checked.header);
    if (checked.fault == BatchFault::none && checked.header.compression() == Compression::none)
        checked.fault = check_records(bytes, checked.header, checked.record_bytes_max);
    return checked;
}

}  // namespace tern::protocol
