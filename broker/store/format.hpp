#pragma once

#include <cstdint>
#include <optional>

#include "broker/base/bytes.hpp"

/// What a data folder says about itself: a row of the table meta, there from the first moment on.
namespace tern::store {

/// The key of the row in the table meta.
inline constexpr BytesView format_key = "format";

/// Grows by one whenever a broker of the version before could misread what is stored. docs/storage.md tells what each
/// meant.
inline constexpr std::uint32_t format_version = 5;
/// The oldest version that an opening brings up to date; files before it do not exist.
inline constexpr std::uint32_t format_version_upgraded_min = 1;

inline constexpr BytesView format_magic = "tern";

/// The row's value: "tern", then the version in little-endian.
inline Bytes format_row(std::uint32_t version = format_version) {
    Bytes row(format_magic);
    row.resize(format_magic.size() + sizeof version);
    store_little(row.data() + format_magic.size(), version);
    return row;
}

/// The version that a row tells, or nothing when it is not one of ours.
inline std::optional<std::uint32_t> format_version_of(BytesView row) {
    if (row.size() != format_magic.size() + sizeof(std::uint32_t) || !row.starts_with(format_magic))
        return std::nullopt;
    return load_little<std::uint32_t>(row.data() + format_magic.size());
}

}  // namespace tern::store
