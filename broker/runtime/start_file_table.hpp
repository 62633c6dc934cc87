#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/engine/queue_settings.hpp"

/// For the reading of start files alone. Everything here throws StartFileFault.
namespace tern::runtime {

/// One table of a start file, and what it is, for the sentences: queue "orders".
class StartFileTable {
public:
    StartFileTable(const std::string& path, const toml::table& table, std::string what)
        : path_(path),
          table_(table),
          what_(std::move(what)) {}

    const toml::table& table() const { return table_; }
    std::uint32_t line() const { return static_cast<std::uint32_t>(table_.source().begin.line); }
    static std::uint32_t line_of(const toml::node& node) {
        return static_cast<std::uint32_t>(node.source().begin.line);
    }
    /// For what is told later: the sentences begin with it.
    void describe(std::string what) { what_ = std::move(what); }

    [[noreturn]] void fail(const toml::node& node, std::string_view sentence) const;
    [[noreturn]] void fail(std::string_view sentence) const { fail(table_, sentence); }

    std::string text(std::string_view field, const toml::node& node) const;
    std::int64_t number(std::string_view field, const toml::node& node) const;
    bool flag(std::string_view field, const toml::node& node) const;
    /// The position of the text among those that are allowed.
    std::size_t choice(std::string_view field, const toml::node& node,
                       std::initializer_list<std::string_view> allowed) const;
    std::vector<engine::QueueTag> tags(const toml::node& node) const;
    /// A text, or a table, which then is written as JSON.
    std::string json(std::string_view field, const toml::node& node) const;
    /// A field that is a text; empty when it is not there.
    std::string optional_text(std::string_view field) const;

private:
    const std::string& path_;
    const toml::table& table_;
    std::string what_;
};

}  // namespace tern::runtime
