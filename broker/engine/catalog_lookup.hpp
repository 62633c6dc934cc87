#pragma once

#include <cstdint>
#include <optional>

#include "broker/engine/row_keys.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

/// The number of what has this name; nothing when there is none. Front ends look for names as strangers sent them: what
/// fits in no key is nobody's.
std::optional<std::uint32_t> find_in_catalog(const store::ReadTransaction& transaction, keys::CatalogKind kind,
                                             const QueueName& name);

}  // namespace tern::engine
