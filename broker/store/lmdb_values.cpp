#include "broker/store/lmdb_values.hpp"

#include <algorithm>

#include "broker/store/keys.hpp"
#include "protocol/crc32c.hpp"

namespace tern::store::lmdb {
namespace {

Key piece_key(BytesView key, std::size_t index) {
    return Key().raw(key).u16(static_cast<std::uint16_t>(index));
}

bool is_piece_of(BytesView key, BytesView row_key) {
    return row_key.size() == key.size() + piece_suffix_bytes && row_key.starts_with(key);
}

/// Erases every row that could be a further piece of `key`, also what a damaged value left behind.
void erase_pieces(MDB_cursor* cursor, BytesView key) {
    Row row;
    while (find_not_below(cursor, piece_key(key, 0).view(), row) && is_piece_of(key, row.key)) erase(cursor);
}

bool may_have_pieces(BytesView first_row) {
    return first_row.empty() || static_cast<SealKind>(first_row[0]) != SealKind::whole;
}

/// Calls `take` with each piece behind the first. False when one is missing or has a wrong length.
bool walk_further_pieces(MDB_cursor* cursor, BytesView key, const SealedRow& first, auto take) {
    Row row;
    auto left = first.value_bytes - first.piece.size();
    for (std::size_t index = 1; left > 0; ++index) {
        const auto expected_key = piece_key(key, index);
        const bool there = index == 1 ? find(cursor, expected_key.view(), row) : move(cursor, Move::next, row);
        if (!there || row.key != expected_key.view() || row.value.size() != std::min(left, row_bytes_max)) return false;
        left -= row.value.size();
        take(row.value);
    }
    return true;
}

/// Nothing when a piece is missing or has a wrong length.
std::optional<Bytes> join_pieces(MDB_cursor* cursor, BytesView key, const SealedRow& first) {
    Bytes value;
    value.reserve(first.value_bytes);
    value.append(first.piece);
    if (!walk_further_pieces(cursor, key, first, [&](BytesView piece) { value.append(piece); })) return std::nullopt;
    return value;
}

/// Appends a sealed value without its first bytes, checking the seal on the way; false when it does not hold.
bool append_sealed(MDB_cursor* cursor, BytesView key, BytesView first_row, Bytes& to, std::size_t skipped) {
    const auto first = read_seal(first_row);
    if (!first || first->value_bytes < skipped) return false;

    auto crc = protocol::crc32c(key);
    const auto take = [&](BytesView piece) {
        crc = protocol::crc32c(piece, crc);
        const auto left_out = std::min(skipped, piece.size());
        skipped -= left_out;
        to.append(piece.substr(left_out));
    };
    take(first->piece);
    return walk_further_pieces(cursor, key, *first, take) && crc == first->crc;
}

Value sealed_value(MDB_cursor* cursor, BytesView key, BytesView first_row) {
    const auto first = read_seal(first_row);
    if (!first) return Value::damaged_value();

    if (first->kind == SealKind::whole) {
        return seal_crc(key, first->piece) == first->crc ? Value::view(first->piece) : Value::damaged_value();
    }
    auto value = join_pieces(cursor, key, *first);
    if (!value || seal_crc(key, *value) != first->crc) return Value::damaged_value();
    return Value::owned(std::move(*value));
}

void put_sealed(MDB_cursor* cursor, BytesView key, BytesView value) {
    const auto crc = seal_crc(key, value);
    const auto bytes = first_row_bytes(value.size());
    BytesView present;
    char* space = put_space_if_absent(cursor, key, bytes, present);
    if (space == nullptr) {
        if (may_have_pieces(present)) erase_pieces(cursor, key);
        space = put_space(cursor, key, bytes);
    }
    write_first_row(space, crc, value);

    std::size_t index = 1;
    for (auto at = first_piece_bytes(value.size()); at < value.size(); at += row_bytes_max, ++index) {
        put(cursor, piece_key(key, index).view(), value.substr(at, row_bytes_max));
    }
}

}  // namespace

Value get_value(MDB_cursor* cursor, Table table, BytesView key) {
    Row row;
    if (!find(cursor, key, row)) return {};
    return value_of(cursor, table, {key, row.value});
}

Value value_of(MDB_cursor* cursor, Table table, const Row& row) {
    return traits_of(table).sealed ? sealed_value(cursor, row.key, row.value) : Value::view(row.value);
}

std::size_t value_bytes_of(Table table, const Row& row) {
    if (!traits_of(table).sealed) return row.value.size();
    const auto seal = read_seal(row.value);
    return seal ? seal->value_bytes : 0;
}

bool append_value_of(MDB_cursor* cursor, Table table, const Row& row, Bytes& to, std::size_t skipped) {
    if (!traits_of(table).sealed) {
        if (row.value.size() < skipped) return false;
        to.append(row.value.substr(skipped));
        return true;
    }
    const auto before = to.size();
    if (append_sealed(cursor, row.key, row.value, to, skipped)) return true;
    to.resize(before);
    return false;
}

void put_value(MDB_cursor* cursor, Table table, BytesView key, BytesView value) {
    if (traits_of(table).sealed) return put_sealed(cursor, key, value);
    put(cursor, key, value);
}

bool erase_value(MDB_cursor* cursor, Table table, BytesView key) {
    Row row;
    if (!find(cursor, key, row)) return false;
    const bool pieces = traits_of(table).sealed && may_have_pieces(row.value);
    erase(cursor);
    if (pieces) erase_pieces(cursor, key);
    return true;
}

}  // namespace tern::store::lmdb
