#include "tests/crash/spans.hpp"

#include <algorithm>

namespace tern::crash {

bool any_surely(const std::vector<Span>& spans, Position at) {
    return std::ranges::any_of(spans, [at](const Span& span) { return span.surely_before(at); });
}

bool any_perhaps(const std::vector<Span>& spans, Position at) {
    return std::ranges::any_of(spans, [at](const Span& span) { return span.perhaps_before(at); });
}

std::set<std::int64_t> possible(const std::vector<Setting>& settings, Position at) {
    std::set<std::int64_t> values;
    for (const auto& one : settings) {
        if (!one.span.perhaps_before(at)) continue;
        const bool replaced = std::ranges::any_of(settings, [&](const Setting& other) {
            return other.span.surely_before(at) && other.span.requested > one.span.acknowledged;
        });
        if (!replaced) values.insert(one.value);
    }
    return values;
}

std::string alternatives(const std::set<std::int64_t>& values) {
    std::string text;
    for (const auto value : values) text += (text.empty() ? "" : " or ") + std::to_string(value);
    return text;
}

}  // namespace tern::crash
