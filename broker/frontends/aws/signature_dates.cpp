#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "broker/frontends/aws/signature_text.hpp"

namespace tern::aws {
namespace {

/// Of digits alone; nothing when there is another character.
std::optional<int> digits_to_number(std::string_view text) {
    int number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

struct DateParts {
    std::string_view year;
    std::string_view day;
    std::string_view hour;
    std::string_view minute;
    std::string_view second;
};

std::optional<Timestamp> moment_of(const DateParts& parts, int month) {
    const auto year = digits_to_number(parts.year);
    const auto day = digits_to_number(parts.day);
    const auto hour = digits_to_number(parts.hour);
    const auto minute = digits_to_number(parts.minute);
    const auto second = digits_to_number(parts.second);
    if (!year || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const auto moment = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                        std::chrono::seconds(*second);
    return Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count());
}

}  // namespace

std::optional<Timestamp> parse_amz_date(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    const auto month = digits_to_number(text.substr(4, 2));
    if (!month) return std::nullopt;
    return moment_of({text.substr(0, 4), text.substr(6, 2), text.substr(9, 2), text.substr(11, 2), text.substr(13, 2)},
                     *month);
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT")) return std::nullopt;
    if (text[19] != ':' || text[22] != ':') return std::nullopt;
    const auto* const month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end()) return std::nullopt;
    return moment_of(
        {text.substr(12, 4), text.substr(5, 2), text.substr(17, 2), text.substr(20, 2), text.substr(23, 2)},
        static_cast<int>(month - months.begin()) + 1);
}

std::string to_amz_date(Timestamp moment) {
    const std::chrono::sys_time<Milliseconds> at{Milliseconds(moment.ms())};
    const auto days = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - days));
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

}  // namespace tern::aws
