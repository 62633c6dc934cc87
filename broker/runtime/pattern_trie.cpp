#include "broker/runtime/pattern_trie.hpp"

namespace tern::runtime {

SubscriberList& PatternTrie::at(std::string_view pattern) {
    auto* node = &root_;
    std::unique_ptr<SubscriberList>* list = nullptr;
    while (!pattern.empty()) {
        const auto part = cut_part(pattern);
        if (part == ">") {
            list = &node->rest;
            break;
        }
        auto& next = part == "*" ? node->any : node->next[std::string(part)];
        if (!next) next = std::make_unique<Node>();
        node = next.get();
    }
    if (!list) list = &node->here;
    if (!*list) *list = std::make_unique<SubscriberList>();
    return **list;
}

void PatternTrie::erase_if_unused(std::string_view pattern) {
    erase(root_, pattern);
}

/// Whether the node is not needed any more.
bool PatternTrie::erase(Node& node, std::string_view pattern) {
    if (pattern.empty()) {
        if (node.here && node.here->unused()) node.here.reset();
        return node.empty();
    }
    const auto part = cut_part(pattern);
    if (part == ">") {
        if (node.rest && node.rest->unused()) node.rest.reset();
    } else if (part == "*") {
        if (node.any && erase(*node.any, pattern)) node.any.reset();
    } else {
        const auto found = node.next.find(part);
        if (found != node.next.end() && erase(*found->second, pattern)) node.next.erase(found);
    }
    return node.empty();
}

}  // namespace tern::runtime
