#include "broker/engine/catalog_page.hpp"

#include <algorithm>

#include "broker/base/base64url.hpp"
#include "broker/engine/queue_settings.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {

Errc check_page(const Page& page) {
    const bool sound =
        page.entries_max >= 1 && page.entries_max <= static_cast<std::int64_t>(protocol::page_entries_max);
    return sound ? Errc::ok : Errc::page_size_invalid;
}

Result<CatalogPage> catalog_page(const store::ReadTransaction& snapshot, keys::CatalogKind kind,
                                 const QueueName& prefix, const Page& page, std::size_t name_bytes_max) {
    if (const auto errc = check_page(page); errc != Errc::ok) return errc;
    const auto last_listed = decode_base64url(page.token);
    if (!last_listed || last_listed->size() > name_bytes_max) return Errc::page_token_invalid;
    if (prefix.name.size() > name_bytes_max || !valid_namespace(prefix.namespace_name)) return CatalogPage{};

    CatalogPage listed;
    const auto start = keys::catalog(kind, prefix);
    const auto name_at = keys::catalog(kind, {prefix.namespace_name, {}}).size();
    const auto after = keys::catalog(kind, {prefix.namespace_name, *last_listed});
    const auto cursor = snapshot.cursor(store::Table::catalog);
    for (bool more = cursor->seek(std::max(start.view(), after.view())); more; more = cursor->next()) {
        if (!cursor->key().starts_with(start.view())) break;
        const auto name = cursor->key().substr(name_at);
        if (!last_listed->empty() && name <= *last_listed) continue;
        if (listed.entries.size() == static_cast<std::size_t>(page.entries_max)) {
            listed.next_token = encode_base64url(listed.entries.back().name);
            break;
        }
        listed.entries.push_back({std::string(name), load_little<std::uint32_t>(cursor->value().bytes().data())});
    }
    return listed;
}

}  // namespace tern::engine
