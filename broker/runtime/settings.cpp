#include "broker/runtime/settings.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <chrono>
#include <limits>

namespace tern::runtime {
namespace {

using namespace std::string_literals;

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// A number of bytes, plain or in KiB, MiB, GiB.
std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::pair<std::string_view, unsigned> units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    for (const auto& [unit, shift] : units) {
        if (!text.ends_with(unit)) continue;
        const auto value = parse_number(text.substr(0, text.size() - unit.size()));
        if (!value || *value > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
        return *value << shift;
    }
    return parse_number(text);
}

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

struct Range {
    std::uint64_t min;
    std::uint64_t max;
};

/// Reaches one member of the settings; `Get` is a function of Settings& that yields a reference to it.
template <class Get>
SettingRow number(std::string_view name, std::string_view help, Range range, Get get) {
    return {name,
            "N",
            help,
            "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max),
            [range, get](Settings& settings, std::string_view text) {
                const auto value = parse_number(text);
                if (!value || *value < range.min || *value > range.max) return false;
                auto& member = get(settings);
                member = static_cast<std::remove_reference_t<decltype(member)>>(*value);
                return true;
            },
            [get](const Settings& settings) { return std::to_string(get(const_cast<Settings&>(settings))); }};
}

template <class Get>
SettingRow bytes(std::string_view name, std::string_view help, Range range, Get get) {
    auto row = number(name, help, range, get);
    row.argument = "BYTES";
    row.allowed = "a number of bytes from " + std::to_string(range.min) + " to " + std::to_string(range.max) +
                  ", plain or with KiB, MiB or GiB";
    row.set = [range, get](Settings& settings, std::string_view text) {
        const auto value = parse_bytes(text);
        if (!value || *value < range.min || *value > range.max) return false;
        get(settings) = *value;
        return true;
    };
    return row;
}

/// Whole seconds of a duration.
template <class Get>
SettingRow seconds(std::string_view name, std::string_view help, Range range, Get get) {
    SettingRow row;
    row.name = name;
    row.argument = "SECONDS";
    row.help = help;
    row.allowed = "a whole number of seconds from " + std::to_string(range.min) + " to " + std::to_string(range.max);
    row.set = [range, get](Settings& settings, std::string_view text) {
        const auto value = parse_number(text);
        if (!value || *value < range.min || *value > range.max) return false;
        get(settings) = std::chrono::seconds(*value);
        return true;
    };
    row.show = [get](const Settings& settings) {
        const auto duration = std::chrono::duration_cast<std::chrono::seconds>(get(const_cast<Settings&>(settings)));
        return std::to_string(duration.count());
    };
    return row;
}

template <class Get>
SettingRow flag(std::string_view name, std::string_view help, Get get) {
    return {name,
            "",
            help,
            "true or false",
            [get](Settings& settings, std::string_view text) {
                if (text != "true" && text != "false" && text != "1" && text != "0") return false;
                get(settings) = text == "true" || text == "1";
                return true;
            },
            [get](const Settings& settings) { return get(const_cast<Settings&>(settings)) ? "true"s : "false"s; }};
}

template <class Get>
SettingRow address(std::string_view name, std::string_view help, Get get) {
    return {name,
            "HOST:PORT",
            help,
            "HOST:PORT with an IP address of this machine, or localhost, and a port from 0 (any free one) to 65535",
            [get](Settings& settings, std::string_view text) {
                const auto parsed = parse_listen_address(text);
                if (parsed) get(settings) = *parsed;
                return parsed.has_value();
            },
            [get](const Settings& settings) { return in_quotes(to_string(get(const_cast<Settings&>(settings)))); }};
}

template <class Value, class Get>
SettingRow choice(std::string_view name, std::string_view help, std::vector<std::pair<std::string_view, Value>> choices,
                  Get get) {
    std::string allowed;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (i > 0) allowed += i + 1 == choices.size() ? " or " : ", ";
        allowed += choices[i].first;
    }
    return {name,
            "NAME",
            help,
            std::move(allowed),
            [choices, get](Settings& settings, std::string_view text) {
                const auto found = std::ranges::find(choices, text, &std::pair<std::string_view, Value>::first);
                if (found != choices.end()) get(settings) = found->second;
                return found != choices.end();
            },
            [choices, get](const Settings& settings) {
                const auto value = get(const_cast<Settings&>(settings));
                return in_quotes(std::ranges::find(choices, value, &std::pair<std::string_view, Value>::second)->first);
            }};
}

constexpr Range up_to_a_billion = {1, 1'000'000'000};

std::vector<SettingRow> make_rows() {
    auto process = std::vector<SettingRow>{
        {"data", "DIR", "the folder that holds everything; made when it is not there", "the path of a folder",
         [](Settings& settings, std::string_view text) {
             settings.data = text;
             return !text.empty();
         },
         [](const Settings& settings) { return in_quotes(settings.data); }},
        address(
            "listen", "where native clients connect", [](Settings & s) -> auto& { return s.listen; }),
        address(
            "http", "where /health and /metrics are served", [](Settings & s) -> auto& { return s.http; }),
        flag(
            "allow-insecure", "serve other machines although nobody has to prove who they are",
            [](Settings & s) -> auto& { return s.allow_insecure; }),
        choice<LogLevel>(
            "log-level", "the least important lines to write",
            {{"debug", LogLevel::debug},
             {"info", LogLevel::info},
             {"warning", LogLevel::warning},
             {"error", LogLevel::error},
             {"critical", LogLevel::critical},
             {"off", LogLevel::off}},
            [](Settings & s) -> auto& { return s.log_level; }),
        choice<LogFormat>(
            "log-format", "lines for people or for machines", {{"text", LogFormat::text}, {"json", LogFormat::json}},
            [](Settings & s) -> auto& { return s.log_format; }),
        bytes(
            "storage-bytes-max", "the data file never grows beyond this", {64u << 20, 1ull << 46},
            [](Settings & s) -> auto& { return s.store.map_bytes_max; }),
        bytes(
            "storage-reserve-bytes", "kept on disk ahead, so that a full disk never stops deletes",
            {16u << 20, 1ull << 34}, [](Settings & s) -> auto& { return s.store.reserve_bytes; }),
        number(
            "io-threads", "threads that serve connections", {1, 64},
            [](Settings & s) -> auto& { return s.io_threads; }),
        number(
            "connections-max", "native connections at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.connections_max; }),
        number(
            "http-connections-max", "HTTP connections at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.http_connections_max; }),
        number(
            "connections-per-address-max", "connections at once from one address, on each port", up_to_a_billion,
            [](Settings & s) -> auto& { return s.connections_per_address_max; }),
        number(
            "mailbox-commands-max", "commands that may wait for the commit thread", {1, 10'000'000},
            [](Settings & s) -> auto& { return s.mailbox.commands_max; }),
        bytes(
            "mailbox-bytes-max", "bytes that may wait for the commit thread", {1u << 20, 1ull << 36},
            [](Settings & s) -> auto& { return s.mailbox.bytes_max; }),
        number(
            "batch-commands-max", "commands in one commit", {1, 100'000},
            [](Settings & s) -> auto& { return s.mailbox.batch_commands_max; }),
        bytes(
            "batch-bytes-max", "bytes in one commit", {1u << 16, 1ull << 30},
            [](Settings & s) -> auto& { return s.mailbox.batch_bytes_max; }),
        number(
            "queues-max", "queues in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.queues_max; }),
        number(
            "in-flight-max-standard", "messages in flight in one standard queue", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.in_flight_max_standard; }),
        number(
            "in-flight-max-fifo", "messages in flight in one FIFO queue", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.in_flight_max_fifo; }),
        number(
            "waiting-receives-max", "long polls that may wait at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.waiting_receives_max; }),
        number(
            "streams-max", "streams in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.streams_max; }),
        number(
            "groups-max", "consumer groups in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.groups_max; }),
        number(
            "waiting-fetches-max", "fetches that may wait for records at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.waiting_fetches_max; }),
        seconds(
            "producer-expiry-seconds", "a producer that was silent for so long is forgotten", {60, 1'000'000'000},
            [](Settings & s) -> auto& { return s.engine.producer_expiry; }),
        seconds(
            "group-offsets-retention-seconds", "offsets of a group without members are kept so long",
            {60, 1'000'000'000}, [](Settings & s) -> auto& { return s.engine.group_offsets_retention; }),
        bytes(
            "receive-answer-bytes-max", "bytes in the answer to one receive; it always holds a message",
            {1u << 20, 19u << 20}, [](Settings & s) -> auto& { return s.engine.receive_answer_bytes_max; }),
        number(
            "due-work-per-batch", "expiries, redrives and the like done in one commit", {2, 100'000},
            [](Settings & s) -> auto& { return s.engine.due_work_per_batch; }),
        flag(
            "delay-after-delete", "as SQS: a deleted queue's name is free again after 60 seconds only",
            [](Settings & s) -> auto& { return s.engine.delay_after_delete; }),
        flag(
            "delay-after-purge", "as SQS: one purge of a queue in 60 seconds only",
            [](Settings & s) -> auto& { return s.engine.delay_after_purge; }),
    };
    return process;
}

}  // namespace

bool ListenAddress::is_loopback() const {
    return boost::asio::ip::make_address(host).is_loopback();
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_number(text.substr(colon + 1));
    if (!port || *port > 65'535) return std::nullopt;

    auto host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    if (error || address.is_v6() != bracketed) return std::nullopt;
    return ListenAddress{address.to_string(), static_cast<std::uint16_t>(*port)};
}

std::string to_string(const ListenAddress& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string SettingRow::environment_variable() const {
    std::string variable = "TERN_";
    for (const char c : name)
        variable += c == '-' ? '_' : static_cast<char>(c - ('a' <= c && c <= 'z' ? 'a' - 'A' : 0));
    return variable;
}

std::string SettingRow::key() const {
    std::string key(name);
    std::ranges::replace(key, '-', '_');
    return key;
}

std::span<const SettingRow> setting_rows() {
    static const auto rows = make_rows();
    return rows;
}

}  // namespace tern::runtime
