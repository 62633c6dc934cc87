#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/varint.hpp"

namespace tern::protocol {

/// Bytes with a length in front, -1 for none; they point into the batch.
struct Field {
    const char* at = nullptr;
    std::int32_t length = -1;

    bool present() const { return length >= 0; }
    std::size_t bytes() const { return length > 0 ? static_cast<std::size_t>(length) : 0; }
    std::string_view view() const { return {at, bytes()}; }
};

/// Takes a field from the front. False when it is cut off, or its length is neither -1 nor one.
inline bool read_field(Cursor& from, Field& field) {
    if (!read_varint(from, field.length)) return false;
    if (field.length < -1 || (field.length > 0 && field.bytes() > from.bytes())) return false;
    field.at = from.at;
    from.at += field.bytes();
    return true;
}

/// A record as it lies in its batch.
struct RecordFields {
    std::int64_t timestamp_delta = 0;
    std::int32_t offset_delta = 0;
    Field key;
    Field value;
    std::int32_t headers = 0;
    /// From the first header to the record's end.
    Cursor headers_at;
};

/// Takes a record from the front, up to its headers. False when it is cut off or a length is impossible.
inline bool read_record(Cursor& from, RecordFields& record) {
    std::int32_t length = 0;
    if (!read_varint(from, length) || length < 1 || static_cast<std::size_t>(length) > from.bytes()) return false;
    // The first byte is that of the record's attributes, of which there are none yet.
    Cursor body{from.at + 1, from.at + length};
    from.at = body.end;
    if (!read_varint(body, record.timestamp_delta) || !read_varint(body, record.offset_delta)) return false;
    if (!read_field(body, record.key) || !read_field(body, record.value)) return false;
    if (!read_varint(body, record.headers) || record.headers < 0) return false;
    record.headers_at = body;
    // Two lengths are the least of a header.
    return static_cast<std::size_t>(record.headers) <= body.bytes() / 2;
}

/// Takes one of a record's headers. False when it is cut off or has no key.
inline bool read_header(Cursor& from, Field& key, Field& value) {
    return read_field(from, key) && key.present() && read_field(from, value);
}

}  // namespace tern::protocol
