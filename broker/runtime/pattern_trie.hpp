#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "broker/runtime/subscriber_list.hpp"

namespace tern::runtime {

/// The patterns of one topic's subscribers, part by part, so that matching a subject does not mean trying each.
class PatternTrie {
public:
    /// The list of a pattern (engine::valid_pattern); made if need be. Stays where it is until erase_if_unused.
    SubscriberList& at(std::string_view pattern);
    void erase_if_unused(std::string_view pattern);
    /// The lists of all patterns that match the subject.
    template <class Visit>
    void for_each_match(std::string_view subject, Visit visit) {
        match(root_, subject, visit);
    }
    template <class Visit>
    void for_each(Visit visit) {
        walk(root_, visit);
    }
    bool empty() const { return root_.empty(); }

private:
    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> next;
        /// Under *, which stands for any one part.
        std::unique_ptr<Node> any;
        /// Of the pattern that ends here, and of that which goes on with >.
        std::unique_ptr<SubscriberList> here;
        std::unique_ptr<SubscriberList> rest;

        bool empty() const { return next.empty() && !any && !here && !rest; }
    };

    static std::string_view cut_part(std::string_view& rest) {
        const auto dot = rest.find('.');
        const auto part = rest.substr(0, dot);
        rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
        return part;
    }
    static bool erase(Node& node, std::string_view pattern);

    template <class Visit>
    static void match(Node& node, std::string_view subject, Visit& visit) {
        if (subject.empty()) {
            if (node.here) visit(*node.here);
            return;
        }
        if (node.rest) visit(*node.rest);
        const auto part = cut_part(subject);
        if (node.any) match(*node.any, subject, visit);
        const auto found = node.next.find(part);
        if (found != node.next.end()) match(*found->second, subject, visit);
    }
    template <class Visit>
    static void walk(Node& node, Visit& visit) {
        if (node.here) visit(*node.here);
        if (node.rest) visit(*node.rest);
        if (node.any) walk(*node.any, visit);
        for (auto& [part, next] : node.next) walk(*next, visit);
    }

    Node root_;
};

}  // namespace tern::runtime
