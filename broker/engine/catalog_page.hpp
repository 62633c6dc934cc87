#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

/// Names of one kind in a namespace, in their order.
struct CatalogPage {
    struct Entry {
        std::string name;
        std::uint32_t id = 0;
    };
    std::vector<Entry> entries;
    /// Empty after the last page.
    std::string next_token;
};

/// Errors: page_size_invalid.
Errc check_page(const Page& page);

/// What the catalog names of one kind. Errors: page_size_invalid, page_token_invalid.
Result<CatalogPage> catalog_page(const store::ReadTransaction& snapshot, keys::CatalogKind kind,
                                 const QueueName& prefix, const Page& page, std::size_t name_bytes_max);

}  // namespace tern::engine
