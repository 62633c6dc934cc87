#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/big_endian.hpp"
#include "protocol/crc32c.hpp"
#include "protocol/record_batch.hpp"

/// Record batches for tests: made, taken apart and damaged.
namespace tern::protocol::test {

/// A record that owns its bytes.
struct OwnRecord {
    struct Header {
        std::string key;
        std::optional<std::string> value;

        bool operator==(const Header&) const = default;
    };

    std::int64_t timestamp_ms = 0;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<Header> headers = {};

    bool operator==(const OwnRecord&) const = default;
};

/// Of everything something: no key, no value, empty ones, headers without value, time that goes back.
inline std::vector<OwnRecord> sample_records() {
    return {{1'700'000'000'000, "key", "value"},
            {1'700'000'000'005, std::nullopt, "no key", {{"a", "1"}, {"b", std::nullopt}, {"", ""}}},
            {1'699'999'999'000, "no value", std::nullopt},
            {1'700'000'000'000, "", ""},
            {1'700'000'000'001, std::string("\0\xff", 2), std::string(300, 'x'), {{"a", std::string(200, 'y')}}}};
}

/// Records that every codec makes shorter.
inline std::vector<OwnRecord> similar_records(int count) {
    std::vector<OwnRecord> records;
    for (int i = 0; i < count; ++i) {
        records.push_back({1'700'000'000'000 + i % 10,
                           "user " + std::to_string(i % 7),
                           "a value like the others, number " + std::to_string(i),
                           {{"kind", "similar"}}});
    }
    return records;
}

inline std::optional<std::string_view> view_of(const std::optional<std::string>& field) {
    if (!field) return std::nullopt;
    return *field;
}

inline void add(BatchBuilder& builder, const OwnRecord& record) {
    std::vector<RecordHeader> headers;
    for (const auto& header : record.headers) headers.push_back({header.key, view_of(header.value)});
    builder.add(record.timestamp_ms, view_of(record.key), view_of(record.value), headers);
}

inline std::string batch_of(const std::vector<OwnRecord>& records, Compression compression = Compression::none,
                            const ProducerStamp& producer = {}) {
    BatchBuilder builder;
    builder.begin();
    for (const auto& record : records) add(builder, record);
    return std::string(builder.finish(compression, producer));
}

inline OwnRecord own(const Record& record) {
    OwnRecord copy{record.timestamp_ms, std::nullopt, std::nullopt};
    if (record.key) copy.key = *record.key;
    if (record.value) copy.value = *record.value;
    for (const auto& header : record.headers) {
        copy.headers.push_back({std::string(header.key), std::nullopt});
        if (header.value) copy.headers.back().value = *header.value;
    }
    return copy;
}

/// All records up to the end or the first fault.
inline std::vector<OwnRecord> records_of(BatchReader& reader) {
    std::vector<OwnRecord> records;
    while (const auto* record = reader.next()) records.push_back(own(*record));
    return records;
}

/// Makes the checksum right again after a change.
inline std::string resealed(std::string batch) {
    store_big(batch.data() + 17, crc32c(std::string_view(batch).substr(21)));
    return batch;
}

/// A batch with these records, as bytes, in place of its own: length and checksum are right.
inline std::string with_records(std::string batch, std::string_view records) {
    batch.resize(batch_header_bytes);
    batch += records;
    store_big(batch.data() + 8, static_cast<std::int32_t>(batch.size() - 12));
    return resealed(batch);
}

template <class T>
std::string with_field(std::string batch, std::size_t at, T value) {
    store_big(batch.data() + at, value);
    return resealed(batch);
}

inline std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

inline std::string from_hex(std::string_view text) {
    std::string bytes;
    int digits = 0;
    int value = 0;
    for (const char digit : text) {
        if (digit == ' ' || digit == '\n') continue;
        value = value * 16 + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
        if (++digits % 2 == 0) {
            bytes.push_back(static_cast<char>(value));
            value = 0;
        }
    }
    return bytes;
}

}  // namespace tern::protocol::test
