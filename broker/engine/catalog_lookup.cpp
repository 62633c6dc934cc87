#include "broker/engine/catalog_lookup.hpp"

namespace tern::engine {
namespace {

/// The kind, and the end of the namespace.
constexpr std::size_t catalog_key_bytes_around = 3;

/// Any byte of a namespace takes two at most. No name that can be given comes near the limit, the hidden ones included.
bool fits_in_catalog(const QueueName& name) {
    return catalog_key_bytes_around + 2 * name.namespace_name.size() + name.name.size() <= store::key_bytes_max;
}

}  // namespace

std::optional<std::uint32_t> find_in_catalog(const store::ReadTransaction& transaction, keys::CatalogKind kind,
                                             const QueueName& name) {
    if (!fits_in_catalog(name)) return std::nullopt;
    const auto stored = transaction.get(store::Table::catalog, keys::catalog(kind, name).view());
    if (!stored) return std::nullopt;
    return load_little<std::uint32_t>(stored.bytes().data());
}

}  // namespace tern::engine
