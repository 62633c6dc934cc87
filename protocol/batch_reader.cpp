#include "protocol/batch_header.hpp"
#include "protocol/compression.hpp"
#include "protocol/record_fields.hpp"

namespace tern::protocol {
namespace {

std::optional<std::string_view> optional_of(const Field& field) {
    if (!field.present()) return std::nullopt;
    return field.view();
}

BatchFault fault_of(Decompressed result) {
    switch (result) {
        case Decompressed::whole: return BatchFault::none;
        case Decompressed::too_long: return BatchFault::too_long;
        case Decompressed::damaged: break;
    }
    return BatchFault::compression;
}

}  // namespace

struct BatchReader::Memory {
    ByteRoom uncompressed;
    Codecs codecs;
};

BatchReader::BatchReader(std::size_t uncompressed_bytes_max) : uncompressed_bytes_max_(uncompressed_bytes_max) {}
BatchReader::BatchReader(std::string_view batch, std::size_t uncompressed_bytes_max)
    : uncompressed_bytes_max_(uncompressed_bytes_max) {
    open(batch);
}
BatchReader::~BatchReader() = default;
BatchReader::BatchReader(BatchReader&&) noexcept = default;
BatchReader& BatchReader::operator=(BatchReader&&) noexcept = default;

BatchFault BatchReader::open(std::string_view batch) {
    header_ = {};
    taken_ = 0;
    rest_ = {};
    fault_ = check_around_records(batch, header_);
    if (fault_ != BatchFault::none) return fault_;

    rest_ = batch.substr(batch_header_bytes);
    if (header_.compression() != Compression::none) {
        if (!memory_) memory_ = std::make_unique<Memory>();
        auto& codec = memory_->codecs.of(header_.compression());
        fault_ = fault_of(codec.decompress(rest_, memory_->uncompressed, uncompressed_bytes_max_));
        rest_ = memory_->uncompressed.view();
    }
    return fault_;
}

const Record* BatchReader::next() {
    if (fault_ != BatchFault::none) return nullptr;
    if (taken_ == header_.records) {
        if (!rest_.empty()) fault_ = BatchFault::records;
        return nullptr;
    }
    Cursor rest{rest_.data(), rest_.data() + rest_.size()};
    RecordFields fields;
    if (!read_record(rest, fields) || fields.offset_delta != taken_) {
        fault_ = BatchFault::records;
        return nullptr;
    }
    record_.headers.clear();
    for (std::int32_t i = 0; i < fields.headers; ++i) {
        Field key;
        Field value;
        if (!read_header(fields.headers_at, key, value)) {
            fault_ = BatchFault::records;
            return nullptr;
        }
        record_.headers.push_back({key.view(), optional_of(value)});
    }
    if (fields.headers_at.at != fields.headers_at.end) {
        fault_ = BatchFault::records;
        return nullptr;
    }
    std::int64_t timestamp = 0;
    if (__builtin_add_overflow(header_.base_timestamp, fields.timestamp_delta, &timestamp)) {
        fault_ = BatchFault::timestamps;
        return nullptr;
    }
    rest_ = {rest.at, rest.bytes()};
    record_.offset = header_.base_offset + taken_;
    record_.timestamp_ms = header_.append_time() ? header_.timestamp_max : timestamp;
    record_.key = optional_of(fields.key);
    record_.value = optional_of(fields.value);
    ++taken_;
    return &record_;
}

}  // namespace tern::protocol
