#include "tools/tern/topics/history_start.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <system_error>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/position.hpp"

namespace tern::cli {

namespace {

constexpr std::string_view last_prefix = "last";
constexpr std::string_view fifo_part = "fifo";

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

[[noreturn]] void refuse(std::string_view text) {
    throw InputFailure(
        fmt::format("'{}' is no place to begin: write live, earliest, last:50, an offset, -1h for an hour ago, or a "
                    "moment such as 2026-11-25T10:00:00Z",
                    text));
}

/// "last:50" or "last 50".
FromLast last_of(std::string_view text) {
    const auto count = number_of<std::uint32_t>(text.substr(last_prefix.size() + 1));
    if (!count) refuse(text);
    return {*count};
}

/// "812@k3f9".
FromOffset offset_of(std::string_view text, std::size_t at) {
    const auto offset = number_of<std::uint64_t>(text.substr(0, at));
    if (!offset || at + 1 == text.size()) refuse(text);
    return {*offset, std::string(text.substr(at + 1))};
}

}  // namespace

HistoryStart parse_start(std::string_view text, TimePoint now) {
    if (text == "live") return FromNow{};
    if (text.starts_with(last_prefix) && text.size() > last_prefix.size() + 1) return last_of(text);
    if (const auto at = text.find('@'); at != std::string_view::npos) return offset_of(text, at);
    Position position;
    try {
        position = parse_position(text, now);
    } catch (const InputFailure&) {
        refuse(text);
    }
    switch (position.kind) {
        case Position::Kind::latest: return FromNow{};
        case Position::Kind::offset: return FromOffset{position.offset};
        case Position::Kind::time: return FromTime{position.time};
        case Position::Kind::earliest: break;
    }
    return FromEarliest{};
}

std::string topic_of(std::string_view subject) {
    const auto first = subject.substr(0, subject.find('.'));
    const auto rest = subject.substr(first.size());
    const auto second = rest.empty() ? rest : rest.substr(1, rest.find('.', 1) - 1);
    if (second != fifo_part) return std::string(first);
    return std::string(first) + "." + std::string(fifo_part);
}

}  // namespace tern::cli
