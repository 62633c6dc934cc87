#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/filter_condition.hpp"
#include "broker/engine/filter_input.hpp"
#include "broker/engine/subject_trie.hpp"

namespace tern::engine::filter {

/// How a bucket is found: by what a value is, begins or ends with, or just by its being there.
enum class ProbeKind : std::uint8_t { equal, equal_folded, prefix, suffix, present };
inline constexpr std::size_t probe_kinds = 5;

struct Probe {
    ProbeKind kind = ProbeKind::present;
    /// Of an attribute its name; in a body the names on the way, with dots between them.
    std::string path;
    /// Of equal as key_of makes it.
    std::string key;
};

/// What values that are equal have in common.
std::string key_of(FilterKind kind, std::string_view text, const std::optional<FilterNumber>& number);

/// Numbers of subscriptions, in order.
using Bucket = std::vector<std::uint64_t>;
void insert(Bucket& bucket, std::uint64_t number);
void erase(Bucket& bucket, std::uint64_t number);

/// Subscriptions by a probe that finds them; those of one scope.
class FilterBuckets {
public:
    explicit FilterBuckets(FilterScope scope) : scope_(scope) {}

    void insert(const Probe& probe, std::uint64_t number);
    void erase(const Probe& probe, std::uint64_t number);
    std::size_t size(const Probe& probe) const;

    /// Appends what the publication's probes find; a number may come more than once.
    void collect(FilterInput& input, Bucket& found);

    bool empty() const { return root_.empty(); }

private:
    struct Node {
        TextMap<std::unique_ptr<Node>> children;
        std::array<TextMap<Bucket>, probe_kinds> buckets;
        /// How many prefixes and suffixes there are of each length.
        std::map<std::size_t, std::size_t> prefix_bytes;
        std::map<std::size_t, std::size_t> suffix_bytes;

        const TextMap<Bucket>& of(ProbeKind kind) const { return buckets[static_cast<std::size_t>(kind)]; }
        TextMap<Bucket>& of(ProbeKind kind) { return buckets[static_cast<std::size_t>(kind)]; }
        std::map<std::size_t, std::size_t>* lengths(ProbeKind kind);
        const Node* child(std::string_view name) const;
        bool empty() const;
    };

    std::string_view take_step(std::string_view& path) const;
    void erase(Node& node, std::string_view path, const Probe& probe, std::uint64_t number);
    const Node* below(const Node& node, std::string_view path) const;

    void collect_value(const Node& node, const FilterValue& value, Bucket& found);
    void collect_body(const Node& node, const std::vector<JsonToken>& body, std::size_t at, Bucket& found);

    FilterScope scope_;
    Node root_;
    /// Reused.
    std::string key_;
};

}  // namespace tern::engine::filter
