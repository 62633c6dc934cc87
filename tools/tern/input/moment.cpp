#include "tools/tern/input/moment.hpp"

#include <cctype>
#include <cstdint>
#include <ctime>

namespace tern::cli {

namespace {

using std::chrono::milliseconds;

/// Takes parts of a moment from the front of a text, and remembers when one was missing.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    /// Exactly so many digits.
    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t index = 0; index < digits; ++index) {
            if (!digit_next()) {
                failed_ = true;
                return 0;
            }
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    void expect(char letter) {
        if (!take_any(std::string_view(&letter, 1))) failed_ = true;
    }
    bool take_any(std::string_view letters) {
        if (rest_.empty() || letters.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// The digits of a fraction, as milliseconds.
    int fraction_ms() {
        int value = 0;
        int weight = 100;
        if (!digit_next()) failed_ = true;
        while (digit_next()) {
            value += (rest_.front() - '0') * weight;
            weight /= 10;
            rest_.remove_prefix(1);
        }
        return value;
    }
    char next() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool at_end() const { return rest_.empty(); }
    bool failed() const { return failed_; }

private:
    bool digit_next() const { return !rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0; }

    std::string_view rest_;
    bool failed_ = false;
};

struct Parts {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int ms = 0;
    /// Absent: the zone of the machine.
    std::optional<std::chrono::minutes> zone;
};

bool is_possible(const Parts& parts) {
    const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                           std::chrono::month(static_cast<unsigned>(parts.month)),
                                           std::chrono::day(static_cast<unsigned>(parts.day))};
    // 60 is a leap second.
    return date.ok() && parts.hour < 24 && parts.minute < 60 && parts.second <= 60;
}

std::optional<std::chrono::minutes> scan_zone(Scanner& scanner) {
    if (scanner.take_any("Zz")) return std::chrono::minutes(0);
    const bool west = scanner.next() == '-';
    if (!scanner.take_any("+-")) return std::nullopt;
    const int hours = scanner.number(2);
    scanner.take_any(":");
    const int minutes = scanner.number(2);
    const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return west ? -offset : offset;
}

std::optional<Parts> scan(std::string_view text) {
    Scanner scanner(text);
    Parts parts;
    parts.year = scanner.number(4);
    scanner.expect('-');
    parts.month = scanner.number(2);
    scanner.expect('-');
    parts.day = scanner.number(2);
    if (scanner.take_any("Tt ")) {
        parts.hour = scanner.number(2);
        scanner.expect(':');
        parts.minute = scanner.number(2);
        if (scanner.take_any(":")) {
            parts.second = scanner.number(2);
            if (scanner.take_any(".,")) parts.ms = scanner.fraction_ms();
        }
        parts.zone = scan_zone(scanner);
    }
    if (scanner.failed() || !scanner.at_end() || !is_possible(parts)) return std::nullopt;
    return parts;
}

std::int64_t utc_seconds(const Parts& parts) {
    const std::chrono::sys_days day = std::chrono::year(parts.year) / parts.month / parts.day;
    const auto time = std::chrono::hours(parts.hour) + std::chrono::minutes(parts.minute - parts.zone->count()) +
                      std::chrono::seconds(parts.second);
    return (std::chrono::seconds(day.time_since_epoch()) + time).count();
}

std::int64_t local_seconds(const Parts& parts) {
    std::tm time{};
    time.tm_year = parts.year - 1900;
    time.tm_mon = parts.month - 1;
    time.tm_mday = parts.day;
    time.tm_hour = parts.hour;
    time.tm_min = parts.minute;
    time.tm_sec = parts.second;
    // Whether it is summer time is for the machine to find out.
    time.tm_isdst = -1;
    return std::mktime(&time);
}

}  // namespace

std::optional<TimePoint> parse_moment(std::string_view text) {
    const auto parts = scan(text);
    if (!parts) return std::nullopt;
    const auto seconds = parts->zone ? utc_seconds(*parts) : local_seconds(*parts);
    return TimePoint(std::chrono::seconds(seconds) + milliseconds(parts->ms));
}

}  // namespace tern::cli
