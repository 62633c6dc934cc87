#include "tools/tern/text/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>
#include <system_error>

namespace tern::cli {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t size;
};

constexpr std::array<Unit, 9> duration_units{{{"ms", 1},
                                              {"s", 1'000},
                                              {"sec", 1'000},
                                              {"m", 60'000},
                                              {"min", 60'000},
                                              {"h", 3'600'000},
                                              {"d", 86'400'000},
                                              {"w", 604'800'000},
                                              {"", 1'000}}};

constexpr std::array<Unit, 13> byte_units{{{"", 1},
                                           {"B", 1},
                                           {"k", 1 << 10},
                                           {"K", 1 << 10},
                                           {"KiB", 1 << 10},
                                           {"kB", 1'000},
                                           {"KB", 1'000},
                                           {"m", 1 << 20},
                                           {"M", 1 << 20},
                                           {"MiB", 1 << 20},
                                           {"MB", 1'000'000},
                                           {"G", 1 << 30},
                                           {"GiB", 1 << 30}}};

constexpr std::array<Unit, 5> shown_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};

/// Takes a number such as "12" or "1.5" from the front of the text.
std::optional<double> take_number(std::string_view& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number) || number < 0 || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// Takes a number and its unit from the front of the text, and multiplies them.
template <std::size_t N>
std::optional<double> take_quantity(std::string_view& text, const std::array<Unit, N>& units) {
    if (text.empty()) return std::nullopt;
    const auto number = take_number(text);
    if (!number) return std::nullopt;

    const auto name_end = std::min(text.find_first_of("0123456789. "), text.size());
    const auto name = text.substr(0, name_end);
    const auto unit = std::ranges::find(units, name, &Unit::name);
    if (unit == units.end()) return std::nullopt;
    text.remove_prefix(name_end);

    const double product = *number * static_cast<double>(unit->size);
    // Far beyond any limit of the broker, and still exact in a double.
    if (product > 9e15) return std::nullopt;
    return product;
}

std::string join_units(std::int64_t ms, int units_max) {
    std::string shown;
    int units = 0;
    for (const auto& unit : shown_units) {
        const auto count = ms / unit.size;
        if (count == 0 && units == 0) continue;
        if (count != 0) shown += fmt::format("{}{} {}", shown.empty() ? "" : " ", count, unit.name);
        ms -= count * unit.size;
        if (++units == units_max) break;
    }
    return shown.empty() ? "0 s" : shown;
}

/// Rounded down, also before 1970.
std::time_t whole_seconds(std::int64_t ms_since_epoch) {
    return static_cast<std::time_t>((ms_since_epoch - (ms_since_epoch < 0 ? 999 : 0)) / 1'000);
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    double total_ms = 0;
    const bool sum = text.find_first_not_of("0123456789.") != std::string_view::npos;
    // "1h30" could mean minutes or seconds.
    if (sum && std::isdigit(static_cast<unsigned char>(text.back())) != 0) return std::nullopt;
    do {
        const auto part = take_quantity(text, duration_units);
        if (!part) return std::nullopt;
        total_ms += *part;
    } while (sum && !text.empty());
    return milliseconds(std::llround(total_ms));
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    const auto bytes = take_quantity(text, byte_units);
    if (!bytes || !text.empty()) return std::nullopt;
    return std::llround(*bytes);
}

std::string exact_duration(milliseconds duration) {
    const auto ms = duration.count();
    if (ms > 1'000 && ms < 60'000 && ms % 1'000 != 0) return fmt::format("{:.3g} s", static_cast<double>(ms) / 1e3);
    return join_units(ms, 5);
}

std::string rough_duration(milliseconds duration) {
    const auto ms = std::max<std::int64_t>(duration.count(), 0);
    if (ms == 0) return "0 s";
    if (ms < 1'000) return fmt::format("{} ms", ms);
    if (ms < 10'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1e3);
    return join_units(ms / 1'000 * 1'000, 2);
}

std::string human_bytes(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 6> names{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (size >= 1'023.95 && unit + 1 < names.size()) {
        size /= 1'024;
        ++unit;
    }
    const double tenths = std::round(size * 10) / 10;
    return fmt::format("{:.{}f} {}", tenths, size >= 99.95 || tenths == std::floor(tenths) ? 0 : 1, names[unit]);
}

std::string human_count(std::uint64_t count) {
    const auto digits = std::to_string(count);
    std::string shown;
    for (std::size_t index = 0; index < digits.size(); ++index) {
        if (index != 0 && (digits.size() - index) % 3 == 0) shown += ',';
        shown += digits[index];
    }
    return shown;
}

std::string human_rate(double per_second) {
    if (!(per_second > 0)) return "0/s";
    if (per_second < 0.05) return "<0.1/s";
    if (per_second < 9.95) return fmt::format("{:.1f}/s", per_second);
    return human_count(static_cast<std::uint64_t>(std::llround(per_second))) + "/s";
}

std::string local_time(std::int64_t ms_since_epoch) {
    const auto seconds = whole_seconds(ms_since_epoch);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return std::string(text.data(), length);
}

std::string utc_time(std::int64_t ms_since_epoch) {
    const auto seconds = whole_seconds(ms_since_epoch);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return fmt::format("{}.{:03}Z", std::string_view(text.data(), length), ms_since_epoch - seconds * 1'000);
}

std::string counted(std::uint64_t count, std::string_view singular) {
    return fmt::format("{} {}{}", human_count(count), singular, count == 1 ? "" : "s");
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
    return fmt::format("{} {}", human_count(count), count == 1 ? singular : plural);
}

}  // namespace tern::cli
