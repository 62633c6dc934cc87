#include "tests/model_topics/filters.hpp"

#include <sstream>

namespace tern::topic_model {
namespace {

constexpr auto attributes = engine::FilterScope::attributes;
constexpr auto body = engine::FilterScope::body;

std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
    return parts;
}

/// Something behind it, and it is no JSON.
bool passes_size(const Entry& entry) {
    return entry.data.starts_with(R"({"size":"big")") && entry.data.ends_with('}');
}

}  // namespace

const std::vector<Filter>& filters() {
    static const std::vector<Filter> all = {
        {"", attributes, [](const Entry&) { return true; }},
        {R"({"colour":["red"]})", attributes, [](const Entry& e) { return e.colour == "red"; }},
        {R"({"colour":["red","green"],"price":[{"numeric":["<=",10]}]})", attributes,
         [](const Entry& e) { return (e.colour == "red" || e.colour == "green") && e.price && *e.price <= 10; }},
        {R"({"colour":[{"anything-but":["red"]}]})", attributes,
         [](const Entry& e) { return !e.colour.empty() && e.colour != "red"; }},
        {R"({"price":[{"numeric":[">",5,"<",20]}]})", attributes,
         [](const Entry& e) { return e.price && *e.price > 5 && *e.price < 20; }},
        {R"({"colour":[{"exists":false}]})", attributes, [](const Entry& e) { return e.colour.empty(); }},
        {R"({"colour":[{"prefix":"gr"}]})", attributes, [](const Entry& e) { return e.colour.starts_with("gr"); }},
        {R"({"$or":[{"colour":["blue"]},{"price":[{"numeric":["=",10]}]}]})", attributes,
         [](const Entry& e) { return e.colour == "blue" || (e.price && *e.price == 10); }},
        {R"({"size":["big"]})", body, passes_size},
        {R"({"colour":"red"})", attributes, [](const Entry&) { return false; }, true},
    };
    return all;
}

bool subject_matches(const std::string& pattern, const std::string& subject) {
    const auto wanted = parts_of(pattern);
    const auto given = parts_of(subject);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == ">") return given.size() > i;
        if (i >= given.size() || (wanted[i] != "*" && wanted[i] != given[i])) return false;
    }
    return wanted.size() == given.size();
}

Bytes sized_data(const std::string& size, const std::string& text) {
    return R"({"size":")" + size + R"(","text":")" + text + R"("})";
}

}  // namespace tern::topic_model
