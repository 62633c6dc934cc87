#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tern::engine {

/// Finds strings by views of them.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// Values by subject or pattern, and all of them whose pattern a subject matches, without trying each: parts of the
/// pattern are steps down a tree. `Value` has a default, and empty() when nothing is kept in it.
/// Subjects and patterns are valid ones (broker/engine/subject.hpp).
template <class Value>
class SubjectTrie {
public:
    /// The value of the pattern; made if need be.
    Value& operator[](std::string_view pattern) {
        Node* node = &root_;
        while (!pattern.empty()) {
            const auto part = take_part(pattern);
            if (part == ">") return node->rest;
            auto& child = part == "*" ? node->any : child_of(*node, part);
            if (!child) child = std::make_unique<Node>();
            node = child.get();
        }
        return node->here;
    }

    /// Nothing: there is no such pattern.
    const Value* find(std::string_view pattern) const {
        const Node* node = &root_;
        while (!pattern.empty()) {
            const auto part = take_part(pattern);
            if (part == ">") return &node->rest;
            node = part == "*" ? node->any.get() : node->child(part);
            if (!node) return nullptr;
        }
        return &node->here;
    }

    /// Calls `see(value)` for the value of each pattern that the subject matches; some of them may be empty.
    template <class See>
    void each_match(std::string_view subject, See see) const {
        each_match(root_, subject, see);
    }

    /// Gives back the memory of a pattern whose value has become empty.
    void prune(std::string_view pattern) { prune(root_, pattern); }

    bool empty() const { return root_.empty(); }

private:
    struct Node {
        TextMap<std::unique_ptr<Node>> children;
        /// Below *.
        std::unique_ptr<Node> any;
        Value here;
        /// Of >.
        Value rest;

        const Node* child(std::string_view part) const {
            const auto found = children.find(part);
            return found == children.end() ? nullptr : found->second.get();
        }
        bool empty() const { return children.empty() && !any && here.empty() && rest.empty(); }
    };

    static std::string_view take_part(std::string_view& text) {
        const auto part = text.substr(0, text.find('.'));
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
        return part;
    }

    static std::unique_ptr<Node>& child_of(Node& node, std::string_view part) {
        const auto found = node.children.find(part);
        return found == node.children.end() ? node.children[std::string(part)] : found->second;
    }

    template <class See>
    static void each_match(const Node& node, std::string_view subject, See& see) {
        if (subject.empty()) {
            see(node.here);
            return;
        }
        see(node.rest);
        const auto part = take_part(subject);
        if (const auto* const child = node.child(part)) each_match(*child, subject, see);
        if (node.any) each_match(*node.any, subject, see);
    }

    static void prune(Node& node, std::string_view pattern) {
        if (pattern.empty()) return;
        const auto part = take_part(pattern);
        if (part == ">") return;
        if (part == "*") {
            if (!node.any) return;
            prune(*node.any, pattern);
            if (node.any->empty()) node.any.reset();
            return;
        }
        const auto found = node.children.find(part);
        if (found == node.children.end()) return;
        prune(*found->second, pattern);
        if (found->second->empty()) node.children.erase(found);
    }

    Node root_;
};

}  // namespace tern::engine
