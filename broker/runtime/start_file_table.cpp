#include "broker/runtime/start_file_table.hpp"

#include <algorithm>
#include <sstream>

#include "broker/runtime/start_file.hpp"

namespace tern::runtime {

void StartFileTable::fail(const toml::node& node, std::string_view sentence) const {
    auto text = path_ + " line " + std::to_string(line_of(node)) + ": " + what_ + ": ";
    throw StartFileFault{text.append(sentence)};
}

std::string StartFileTable::text(std::string_view field, const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    fail(node, std::string(field) + " must be a string");
}

std::int64_t StartFileTable::number(std::string_view field, const toml::node& node) const {
    if (const auto* number = node.as_integer()) return number->get();
    fail(node, std::string(field) + " must be a whole number");
}

bool StartFileTable::flag(std::string_view field, const toml::node& node) const {
    if (const auto* flag = node.as_boolean()) return flag->get();
    fail(node, std::string(field) + " must be true or false");
}

std::size_t StartFileTable::choice(std::string_view field, const toml::node& node,
                                   std::initializer_list<std::string_view> allowed) const {
    const auto* const given = node.as_string();
    const auto* const found =
        given ? std::find(allowed.begin(), allowed.end(), std::string_view(given->get())) : allowed.end();
    if (found != allowed.end()) return static_cast<std::size_t>(found - allowed.begin());
    std::string all;
    for (const auto one : allowed) all.append(all.empty() ? "" : " or ").append(one);
    fail(node, std::string(field) + " must be " + all);
}

std::vector<engine::QueueTag> StartFileTable::tags(const toml::node& node) const {
    const auto* const table = node.as_table();
    if (!table) fail(node, "tags must be a table of strings");
    std::vector<engine::QueueTag> tags;
    for (const auto& [key, value] : *table) tags.push_back({std::string(key.str()), text("tags", value)});
    if (!engine::valid_tags(tags)) fail(node, "tags: at most 50, keys of 1 to 128 and values of up to 256 characters");
    return tags;
}

std::string StartFileTable::json(std::string_view field, const toml::node& node) const {
    const auto* const table = node.as_table();
    if (!table) return text(field, node);
    std::ostringstream written;
    written << toml::json_formatter(*table);
    return written.str();
}

std::string StartFileTable::optional_text(std::string_view field) const {
    const auto* const node = table_.get(field);
    return node ? text(field, *node) : std::string();
}

}  // namespace tern::runtime
