#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "broker/base/bytes.hpp"
#include "broker/store/table.hpp"

/// How a value of a sealed table lies in its rows (docs/storage.md): a seal and the first piece under the key itself,
/// further pieces under the key and a big-endian u16 that counts from 1.
namespace tern::store {

/// What LMDB gets at most as a row's data, so that a row takes one overflow page at most.
inline constexpr std::size_t row_bytes_max = 4080;
/// More than any message; far below what the u16 of the pieces could count.
inline constexpr std::size_t sealed_value_bytes_max = 64u << 20;

/// How the first row of a value begins. Numbers on disk: values are only ever appended.
enum class SealKind : std::uint8_t {
    whole = 1,  // kind, CRC-32C, the value
    cut = 2,    // kind, CRC-32C, the value's length, the first piece
};

inline constexpr std::size_t whole_seal_bytes = 5;
inline constexpr std::size_t cut_seal_bytes = 9;
inline constexpr std::size_t piece_suffix_bytes = 2;

/// The first row of a sealed value, taken apart; not checked against its CRC yet.
struct SealedRow {
    SealKind kind;
    std::uint32_t crc;
    std::size_t value_bytes;
    BytesView piece;
};

/// Nothing when the row cannot be the first one of a value.
std::optional<SealedRow> read_seal(BytesView row);

/// The seal's checksum: of the key and then the value, so that a value under a wrong key is noticed too.
std::uint32_t seal_crc(BytesView key, BytesView value);

/// How many rows a value takes besides the first.
constexpr std::size_t further_rows(std::size_t value_bytes) {
    if (value_bytes <= row_bytes_max - whole_seal_bytes) return 0;
    return (value_bytes - (row_bytes_max - cut_seal_bytes) + row_bytes_max - 1) / row_bytes_max;
}

/// How many bytes of a value are in its first row.
constexpr std::size_t first_piece_bytes(std::size_t value_bytes) {
    return further_rows(value_bytes) == 0 ? value_bytes : row_bytes_max - cut_seal_bytes;
}

/// The length of the first row.
constexpr std::size_t first_row_bytes(std::size_t value_bytes) {
    return further_rows(value_bytes) == 0 ? whole_seal_bytes + value_bytes : row_bytes_max;
}

/// Writes the first row, first_row_bytes long, of a value.
void write_first_row(char* row, std::uint32_t crc, BytesView value);

/// Our own bug if a caller breaks what the table promises about its keys and values.
void check_row(Table table, BytesView key, BytesView value);

}  // namespace tern::store
