#include "broker/engine/filter_buckets.hpp"

#include <algorithm>

namespace tern::engine::filter {
namespace {

void write_key(std::string& key, FilterKind kind, std::string_view text, const std::optional<FilterNumber>& number) {
    key.assign(1, static_cast<char>('0' + static_cast<int>(kind)));
    if (number) {
        key += '#';
        key.append(reinterpret_cast<const char*>(&*number), sizeof *number);
    } else if (kind == FilterKind::string || kind == FilterKind::number) {
        key += '=';
        key += text;
    }
}

void append(const TextMap<Bucket>& buckets, std::string_view key, Bucket& found) {
    const auto bucket = buckets.find(key);
    if (bucket != buckets.end()) found.insert(found.end(), bucket->second.begin(), bucket->second.end());
}

}  // namespace

std::string key_of(FilterKind kind, std::string_view text, const std::optional<FilterNumber>& number) {
    std::string key;
    write_key(key, kind, text, number);
    return key;
}

void insert(Bucket& bucket, std::uint64_t number) {
    const auto at = std::lower_bound(bucket.begin(), bucket.end(), number);
    if (at == bucket.end() || *at != number) bucket.insert(at, number);
}

void erase(Bucket& bucket, std::uint64_t number) {
    const auto at = std::lower_bound(bucket.begin(), bucket.end(), number);
    if (at != bucket.end() && *at == number) bucket.erase(at);
}

std::map<std::size_t, std::size_t>* FilterBuckets::Node::lengths(ProbeKind kind) {
    return kind == ProbeKind::prefix ? &prefix_bytes : kind == ProbeKind::suffix ? &suffix_bytes : nullptr;
}

const FilterBuckets::Node* FilterBuckets::Node::child(std::string_view name) const {
    const auto found = children.find(name);
    return found == children.end() ? nullptr : found->second.get();
}

bool FilterBuckets::Node::empty() const {
    return children.empty() &&
           std::all_of(buckets.begin(), buckets.end(), [](const auto& some) { return some.empty(); });
}

std::string_view FilterBuckets::take_step(std::string_view& path) const {
    // The end of a path is told by its being null, since a last step may be empty.
    const auto end = scope_ == FilterScope::body ? path.find('.') : path.npos;
    const auto step = path.substr(0, end);
    path = end == path.npos ? std::string_view() : path.substr(end + 1);
    return step;
}

void FilterBuckets::insert(const Probe& probe, std::uint64_t number) {
    Node* node = &root_;
    for (std::string_view path = probe.path; path.data();) {
        auto& child = node->children[std::string(take_step(path))];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
    }
    auto& bucket = node->of(probe.kind)[probe.key];
    if (bucket.empty()) {
        if (auto* const lengths = node->lengths(probe.kind)) ++(*lengths)[probe.key.size()];
    }
    filter::insert(bucket, number);
}

void FilterBuckets::erase(const Probe& probe, std::uint64_t number) {
    erase(root_, probe.path, probe, number);
}

void FilterBuckets::erase(Node& node, std::string_view path, const Probe& probe, std::uint64_t number) {
    if (path.data()) {
        const auto child = node.children.find(take_step(path));
        if (child == node.children.end()) return;
        erase(*child->second, path, probe, number);
        if (child->second->empty()) node.children.erase(child);
        return;
    }
    auto& buckets = node.of(probe.kind);
    const auto bucket = buckets.find(probe.key);
    if (bucket == buckets.end()) return;
    filter::erase(bucket->second, number);
    if (!bucket->second.empty()) return;
    buckets.erase(bucket);
    if (auto* const lengths = node.lengths(probe.kind)) {
        const auto length = lengths->find(probe.key.size());
        if (--length->second == 0) lengths->erase(length);
    }
}

const FilterBuckets::Node* FilterBuckets::below(const Node& node, std::string_view path) const {
    const Node* at = &node;
    while (at && path.data()) at = at->child(take_step(path));
    return at;
}

std::size_t FilterBuckets::size(const Probe& probe) const {
    const auto* const node = below(root_, probe.path);
    if (!node) return 0;
    const auto bucket = node->of(probe.kind).find(probe.key);
    return bucket == node->of(probe.kind).end() ? 0 : bucket->second.size();
}

void FilterBuckets::collect(FilterInput& input, Bucket& found) {
    if (empty()) return;
    if (scope_ == FilterScope::body) {
        if (const auto* const body = input.body()) collect_body(root_, *body, 0, found);
        return;
    }
    for (const auto& attribute : input.attribute_values()) {
        if (const auto* const node = root_.child(attribute.name)) collect_value(*node, attribute.value, found);
    }
}

void FilterBuckets::collect_value(const Node& node, const FilterValue& value, Bucket& found) {
    append(node.of(ProbeKind::present), "", found);
    if (!node.of(ProbeKind::equal).empty()) {
        write_key(key_, value.kind, value.text, value.number);
        append(node.of(ProbeKind::equal), key_, found);
    }
    if (value.kind != FilterKind::string) return;
    if (!node.of(ProbeKind::equal_folded).empty()) {
        key_ = value.text;
        fold_case(key_);
        append(node.of(ProbeKind::equal_folded), key_, found);
    }
    for (const auto& [bytes, count] : node.prefix_bytes) {
        if (bytes > value.text.size()) break;
        append(node.of(ProbeKind::prefix), value.text.substr(0, bytes), found);
    }
    for (const auto& [bytes, count] : node.suffix_bytes) {
        if (bytes > value.text.size()) break;
        append(node.of(ProbeKind::suffix), value.text.substr(value.text.size() - bytes), found);
    }
}

void FilterBuckets::collect_body(const Node& node, const std::vector<JsonToken>& body, std::size_t at, Bucket& found) {
    switch (body[at].kind) {
        case JsonKind::begin_array:
            for (++at; body[at].kind != JsonKind::end_array; at = body[at].next) collect_body(node, body, at, found);
            break;
        case JsonKind::begin_object:
            if (node.children.empty()) break;
            for (++at; body[at].kind == JsonKind::name; at = body[at + 1].next) {
                const auto name = body[at].text;
                const auto* const child = below(node, name.data() ? name : std::string_view(""));
                if (child) collect_body(*child, body, at + 1, found);
            }
            break;
        default: collect_value(node, value_of(body[at]), found);
    }
}

}  // namespace tern::engine::filter
