#include "tools/tern/groups/group_listing.hpp"

#include <utility>

namespace tern::cli {

std::vector<GroupSummary> all_groups(Context& context, const std::string& prefix) {
    std::vector<GroupSummary> groups;
    ListOptions page_options;
    page_options.namespace_name = context.namespace_name();
    page_options.prefix = prefix;
    do {
        auto page = context.client().list_groups(page_options);
        for (auto& group : page.groups) groups.push_back(std::move(group));
        page_options.page_token = std::move(page.next_page_token);
    } while (!page_options.page_token.empty());
    return groups;
}

}  // namespace tern::cli
