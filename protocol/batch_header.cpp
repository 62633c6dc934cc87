#include "protocol/batch_header.hpp"

#include "protocol/big_endian.hpp"
#include "protocol/crc32c.hpp"

namespace tern::protocol {
namespace {

void set_checksum(char* batch, std::size_t bytes) {
    const std::string_view covered(batch + batch_field::attributes, bytes - batch_field::attributes);
    store_big(batch + batch_field::crc, crc32c(covered));
}

}  // namespace

std::optional<BatchHeader> read_batch_header(std::string_view bytes) {
    if (bytes.size() < batch_header_bytes) return std::nullopt;
    const char* const at = bytes.data();
    const auto length = load_big<std::int32_t>(at + batch_field::length);
    if (length < static_cast<std::int32_t>(batch_header_bytes - uncounted_bytes)) return std::nullopt;

    BatchHeader header;
    header.bytes = uncounted_bytes + static_cast<std::size_t>(length);
    if (header.bytes > bytes.size()) return std::nullopt;
    header.base_offset = load_big<std::int64_t>(at + batch_field::base_offset);
    header.magic = load_big<std::int8_t>(at + batch_field::magic);
    header.crc = load_big<std::uint32_t>(at + batch_field::crc);
    header.attributes = load_big<std::int16_t>(at + batch_field::attributes);
    header.last_offset_delta = load_big<std::int32_t>(at + batch_field::last_offset_delta);
    header.base_timestamp = load_big<std::int64_t>(at + batch_field::base_timestamp);
    header.timestamp_max = load_big<std::int64_t>(at + batch_field::timestamp_max);
    header.producer.id = load_big<std::int64_t>(at + batch_field::producer_id);
    header.producer.epoch = load_big<std::int16_t>(at + batch_field::producer_epoch);
    header.producer.sequence = load_big<std::int32_t>(at + batch_field::base_sequence);
    header.records = load_big<std::int32_t>(at + batch_field::records);
    return header;
}

void write_batch_header(char* batch, const BatchHeader& header) {
    store_big(batch + batch_field::base_offset, header.base_offset);
    store_big(batch + batch_field::length, static_cast<std::int32_t>(header.bytes - uncounted_bytes));
    // Unknown to whoever appends.
    store_big(batch + batch_field::leader_epoch, std::int32_t{-1});
    store_big(batch + batch_field::magic, header.magic);
    store_big(batch + batch_field::attributes, header.attributes);
    store_big(batch + batch_field::last_offset_delta, header.last_offset_delta);
    store_big(batch + batch_field::base_timestamp, header.base_timestamp);
    store_big(batch + batch_field::timestamp_max, header.timestamp_max);
    store_big(batch + batch_field::producer_id, header.producer.id);
    store_big(batch + batch_field::producer_epoch, header.producer.epoch);
    store_big(batch + batch_field::base_sequence, header.producer.sequence);
    store_big(batch + batch_field::records, header.records);
    set_checksum(batch, header.bytes);
}

void set_base_offset(char* batch, std::int64_t offset) {
    store_big(batch + batch_field::base_offset, offset);
}

void set_append_time(char* batch, std::size_t bytes, std::int64_t at) {
    const auto attributes = load_big<std::int16_t>(batch + batch_field::attributes);
    store_big(batch + batch_field::attributes, static_cast<std::int16_t>(attributes | append_time_bit));
    store_big(batch + batch_field::timestamp_max, at);
    set_checksum(batch, bytes);
}

std::string_view text_of(BatchFault fault) {
    switch (fault) {
        case BatchFault::none: return "it is sound";
        case BatchFault::cut_off: return "it is cut off";
        case BatchFault::too_long: return "it is too long";
        case BatchFault::wrong_magic: return "it is not of version 2";
        case BatchFault::wrong_checksum: return "its checksum is wrong";
        case BatchFault::attributes: return "its attributes are not allowed";
        case BatchFault::counts: return "its counts contradict each other";
        case BatchFault::timestamps: return "its timestamps contradict each other";
        case BatchFault::records: return "its records cannot be read";
        case BatchFault::trailing_bytes: return "something follows it";
        case BatchFault::producer: return "its producer has no epoch or sequence";
        case BatchFault::compression: return "it cannot be decompressed";
    }
    return "it is damaged";
}

}  // namespace tern::protocol
