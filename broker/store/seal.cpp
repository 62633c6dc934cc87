#include "broker/store/seal.hpp"

#include <cstring>

#include "broker/base/check.hpp"
#include "protocol/crc32c.hpp"

namespace tern::store {

static_assert(row_bytes_max == unsealed_value_bytes_max);
static_assert(further_rows(sealed_value_bytes_max) <= 0xFFFF);

std::optional<SealedRow> read_seal(BytesView row) {
    if (row.size() < whole_seal_bytes) return std::nullopt;

    const auto crc = load_little<std::uint32_t>(row.data() + 1);
    switch (static_cast<SealKind>(row[0])) {
        case SealKind::whole: {
            const auto piece = row.substr(whole_seal_bytes);
            return SealedRow{SealKind::whole, crc, piece.size(), piece};
        }
        case SealKind::cut: {
            if (row.size() != row_bytes_max) return std::nullopt;
            const std::size_t value_bytes = load_little<std::uint32_t>(row.data() + whole_seal_bytes);
            if (value_bytes > sealed_value_bytes_max || further_rows(value_bytes) == 0) return std::nullopt;
            return SealedRow{SealKind::cut, crc, value_bytes, row.substr(cut_seal_bytes)};
        }
    }
    return std::nullopt;
}

std::uint32_t seal_crc(BytesView key, BytesView value) {
    return protocol::crc32c(value, protocol::crc32c(key));
}

void write_first_row(char* row, std::uint32_t crc, BytesView value) {
    const bool cut = further_rows(value.size()) != 0;
    row[0] = static_cast<char>(cut ? SealKind::cut : SealKind::whole);
    store_little(row + 1, crc);
    if (cut) store_little(row + whole_seal_bytes, static_cast<std::uint32_t>(value.size()));

    const auto piece = value.substr(0, first_piece_bytes(value.size()));
    if (!piece.empty()) std::memcpy(row + (cut ? cut_seal_bytes : whole_seal_bytes), piece.data(), piece.size());
}

void check_row(Table table, BytesView key, BytesView value) {
    const auto& traits = traits_of(table);
    TERN_CHECK(!key.empty() && key.size() + (traits.sealed ? piece_suffix_bytes : 0) <= key_bytes_max);
    TERN_CHECK(traits.key_bytes == 0 || key.size() == traits.key_bytes);
    TERN_CHECK(value.size() <= (traits.sealed ? sealed_value_bytes_max : unsealed_value_bytes_max));
}

}  // namespace tern::store
