#include <algorithm>
#include <cstring>

#include "protocol/batch_header.hpp"
#include "protocol/compression.hpp"
#include "protocol/varint.hpp"

namespace tern::protocol {
namespace {

// A record's length, attributes, timestamp, offset, and the lengths and number of what is in it.
constexpr std::size_t around_record_bytes_max = 5 + 1 + 10 + 5 + 5 + 5 + 5;
constexpr std::size_t around_header_bytes_max = 5 + 5;

using Optional = std::optional<std::string_view>;

std::size_t bytes_in(const Optional& field) {
    return field ? field->size() : 0;
}

std::size_t field_bytes(const Optional& field) {
    if (!field) return 1;
    return varint_bytes(static_cast<std::int32_t>(field->size())) + field->size();
}

char* write_field(char* to, const Optional& field) {
    if (!field) return write_varint(to, std::int32_t{-1});
    to = write_varint(to, static_cast<std::int32_t>(field->size()));
    if (!field->empty()) std::memcpy(to, field->data(), field->size());
    return to + field->size();
}

/// Wraps when they are more than 2^63 - 1 apart: then the batch is refused wherever it is checked.
std::int64_t difference(std::int64_t later, std::int64_t earlier) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier));
}

}  // namespace

struct BatchBuilder::Memory {
    ByteRoom bytes;
    ByteRoom compressed;
    Codecs codecs;

    /// Room for a header, and nothing else.
    static void begin(ByteRoom& batch) {
        batch.clear();
        batch.reserve(batch_header_bytes);
        batch.written(batch_header_bytes);
    }
};

BatchBuilder::BatchBuilder() = default;
BatchBuilder::~BatchBuilder() = default;
BatchBuilder::BatchBuilder(BatchBuilder&&) noexcept = default;
BatchBuilder& BatchBuilder::operator=(BatchBuilder&&) noexcept = default;

void BatchBuilder::begin() {
    if (!memory_) memory_ = std::make_unique<Memory>();
    Memory::begin(memory_->bytes);
    records_ = 0;
}

std::size_t BatchBuilder::bytes() const {
    return memory_ ? memory_->bytes.size() : 0;
}

std::size_t BatchBuilder::record_bytes(Optional key, Optional value, const std::vector<RecordHeader>& headers) {
    std::size_t bytes = around_record_bytes_max + bytes_in(key) + bytes_in(value);
    for (const auto& header : headers) bytes += around_header_bytes_max + header.key.size() + bytes_in(header.value);
    return bytes;
}

void BatchBuilder::add(std::int64_t timestamp_ms, Optional key, Optional value,
                       const std::vector<RecordHeader>& headers) {
    if (records_ == 0) base_timestamp_ = timestamp_max_ = timestamp_ms;
    timestamp_max_ = std::max(timestamp_max_, timestamp_ms);
    const auto timestamp_delta = difference(timestamp_ms, base_timestamp_);
    const auto offset_delta = static_cast<std::int32_t>(records_);
    const auto header_count = static_cast<std::int32_t>(headers.size());

    // The length stands in front, so it is counted before anything is written.
    std::size_t length = 1 + varint_bytes(timestamp_delta) + varint_bytes(offset_delta) + field_bytes(key) +
                         field_bytes(value) + varint_bytes(header_count);
    for (const auto& header : headers) length += field_bytes(header.key) + field_bytes(header.value);

    char* const begin = memory_->bytes.reserve(length + varint_bytes_max<std::int32_t>);
    char* to = write_varint(begin, static_cast<std::int32_t>(length));
    *to++ = 0;
    to = write_varint(to, timestamp_delta);
    to = write_varint(to, offset_delta);
    to = write_field(to, key);
    to = write_field(to, value);
    to = write_varint(to, header_count);
    for (const auto& header : headers) {
        to = write_field(to, header.key);
        to = write_field(to, header.value);
    }
    memory_->bytes.written(static_cast<std::size_t>(to - begin));
    ++records_;
}

std::string_view BatchBuilder::finish(Compression compression, const ProducerStamp& producer) {
    BatchHeader header;
    header.magic = batch_magic;
    header.records = static_cast<std::int32_t>(records_);
    header.last_offset_delta = header.records - 1;
    header.base_timestamp = base_timestamp_;
    header.timestamp_max = timestamp_max_;
    header.producer = producer;

    ByteRoom* batch = &memory_->bytes;
    if (compression != Compression::none) {
        const auto records = memory_->bytes.view().substr(batch_header_bytes);
        Memory::begin(memory_->compressed);
        if (memory_->codecs.of(compression).compress(records, memory_->compressed)) {
            header.attributes = static_cast<std::int16_t>(compression);
            batch = &memory_->compressed;
        }
    }
    header.bytes = batch->size();
    write_batch_header(batch->data(), header);
    return batch->view();
}

}  // namespace tern::protocol
