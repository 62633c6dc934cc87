#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "broker/engine/address_range.hpp"
#include "broker/runtime/settings.hpp"

/// The kinds of settings that there are: what a value looks like, how it is read and shown.
namespace tern::runtime::setting_kinds {

inline std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// A number of bytes, plain or in KiB, MiB, GiB.
inline std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::pair<std::string_view, unsigned> units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    for (const auto& [unit, shift] : units) {
        if (!text.ends_with(unit)) continue;
        const auto value = parse_number(text.substr(0, text.size() - unit.size()));
        if (!value || *value > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
        return *value << shift;
    }
    return parse_number(text);
}

inline std::string in_quotes(std::string_view text) {
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
            [get](const Settings& settings) {
                return get(const_cast<Settings&>(settings)) ? std::string("true") : std::string("false");
            }};
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

/// Addresses with commas between them; nothing when one is none.
inline std::optional<std::vector<ListenAddress>> parse_listen_addresses(std::string_view text) {
    std::vector<ListenAddress> addresses;
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find(','));
        const auto address = parse_listen_address(text.substr(0, end));
        if (!address) return std::nullopt;
        addresses.push_back(*address);
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return addresses;
}

inline SettingRow aws_listen() {
    return {"aws-listen",
            "LIST",
            "further addresses where AWS requests are served, and health, and nothing else",
            "HOST:PORT, or several with commas between them, each as in listen",
            [](Settings& settings, std::string_view text) {
                auto addresses = parse_listen_addresses(text);
                if (addresses) settings.aws_listen = std::move(*addresses);
                return addresses.has_value();
            },
            [](const Settings& settings) {
                std::string list;
                for (const auto& address : settings.aws_listen) list += (list.empty() ? "" : ",") + to_string(address);
                return in_quotes(list);
            }};
}

/// Origins of web pages with commas between them: SCHEME://HOST or SCHEME://HOST:PORT, or * for all.
inline std::optional<std::vector<std::string>> parse_origins(std::string_view text) {
    std::vector<std::string> origins;
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find(','));
        const auto origin = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        const bool whole = origin.starts_with("http://") || origin.starts_with("https://");
        const auto host = origin.substr(std::min(origin.size(), origin.find("//") + 2));
        if (origin != "*" && (!whole || host.empty() || host.find_first_of("/ *") != std::string_view::npos)) {
            return std::nullopt;
        }
        origins.emplace_back(origin);
    }
    return origins;
}

inline std::string joined_in_quotes(const std::vector<std::string>& texts) {
    std::string list;
    for (const auto& text : texts) list += (list.empty() ? "" : ",") + text;
    return in_quotes(list);
}

inline SettingRow allowed_origins() {
    return {"http-allowed-origins",
            "LIST",
            "web pages that may publish, open WebSockets and use the AWS API, besides those of this machine",
            "origins like https://example.org with commas between them, or *",
            [](Settings& settings, std::string_view text) {
                auto origins = parse_origins(text);
                if (origins) settings.http_allowed_origins = std::move(*origins);
                return origins.has_value();
            },
            [](const Settings& settings) { return joined_in_quotes(settings.http_allowed_origins); }};
}

/// Names of hosts with commas between them: a name with a dot in it, *.DOMAIN for all names below one, or * for all.
inline std::optional<std::vector<std::string>> parse_hosts(std::string_view text) {
    std::vector<std::string> hosts;
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find(','));
        const auto host = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        const auto name = host.starts_with("*.") ? host.substr(2) : host;
        const bool dotted = name.find('.') != std::string_view::npos;
        if (host != "*" && (!dotted || name.find_first_of("/:* ") != std::string_view::npos)) return std::nullopt;
        hosts.emplace_back(host);
    }
    return hosts;
}

inline SettingRow allowed_hosts() {
    return {"http-allowed-hosts",
            "LIST",
            "names in Host that AWS requests, /health and /metrics may have, besides addresses, plain names and those "
            "of LocalStack and AWS",
            "host names like sqs.example.org or *.example.org with commas between them, or *",
            [](Settings& settings, std::string_view text) {
                auto hosts = parse_hosts(text);
                if (hosts) settings.http_allowed_hosts = std::move(*hosts);
                return hosts.has_value();
            },
            [](const Settings& settings) { return joined_in_quotes(settings.http_allowed_hosts); }};
}

/// A host's name, plain or dotted, or *.DOMAIN for all names below one.
inline bool is_host_pattern(std::string_view text) {
    if (text.starts_with("*.")) text.remove_prefix(2);
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    });
}

/// IP addresses, networks (10.1.0.0/16) and host patterns with commas between them, or * for all.
inline std::optional<std::vector<std::string>> parse_delivery_hosts(std::string_view text) {
    std::vector<std::string> hosts;
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find(','));
        const auto host = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        const bool numbers =
            engine::ip_address(host) || std::holds_alternative<engine::AddressRange>(engine::address_range(host));
        if (host != "*" && !numbers && !is_host_pattern(host)) return std::nullopt;
        hosts.emplace_back(host);
    }
    return hosts;
}

inline SettingRow delivery_hosts() {
    return {
        "delivery-hosts",
        "HOSTS",
        "machines besides this one to which HTTP and HTTPS endpoints of topics are delivered",
        "IP addresses, networks like 10.1.0.0/16 and names like hooks or *.example.org with commas between them, or *",
        [](Settings& settings, std::string_view text) {
            auto hosts = parse_delivery_hosts(text);
            if (hosts) settings.delivery_hosts = std::move(*hosts);
            return hosts.has_value();
        },
        [](const Settings& settings) { return joined_in_quotes(settings.delivery_hosts); }};
}

inline SettingRow delivery_ca_file() {
    return {"delivery-ca-file",
            "FILE",
            "authorities that certificates of https endpoints must come from, instead of the system's",
            "the name of a file with certificates in PEM, or nothing",
            [](Settings& settings, std::string_view text) {
                settings.delivery_ca_file = text;
                return true;
            },
            [](const Settings& settings) { return in_quotes(settings.delivery_ca_file); }};
}

/// Where a certificate is looked for: scheme and host, perhaps a path, with no slash at the end.
inline bool is_certificate_place(std::string_view text) {
    const std::string_view scheme = text.starts_with("https://") ? "https://" : "http://";
    if (!text.starts_with(scheme)) return false;
    const auto rest = text.substr(scheme.size());
    const auto fits = [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '?' && c != '#'; };
    return !rest.empty() && rest.front() != '/' && rest.back() != '/' && std::ranges::all_of(rest, fits);
}

inline SettingRow sns_certificate_url() {
    return {"sns-certificate-url",
            "URL",
            "where SNS notifications say that their certificate is, instead of at the address their publisher used",
            "an address like https://sns.us-east-1.amazonaws.com, or nothing",
            [](Settings& settings, std::string_view text) {
                if (!text.empty() && !is_certificate_place(text)) return false;
                settings.sns_certificate_url = text;
                return true;
            },
            [](const Settings& settings) { return in_quotes(settings.sns_certificate_url); }};
}

inline SettingRow aws_account() {
    return {"aws-account",
            "ACCOUNT",
            "the account of AWS clients whose access key is not an account's number",
            "12 digits",
            [](Settings& settings, std::string_view text) {
                const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
                if (text.size() != 12 || !digits) return false;
                settings.aws_account = text;
                return true;
            },
            [](const Settings& settings) { return in_quotes(settings.aws_account); }};
}

inline SettingRow aws_region() {
    return {"aws-region",
            "REGION",
            "the region of AWS clients that name none, whose queues are those of the native protocol",
            "a region's name like us-east-1",
            [](Settings& settings, std::string_view text) {
                const bool letters = std::ranges::all_of(
                    text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
                const bool begins = !text.empty() && text.front() >= 'a' && text.front() <= 'z';
                if (!begins || text.size() > 40 || !letters || text.find('-') == std::string_view::npos) return false;
                settings.aws_region = text;
                return true;
            },
            [](const Settings& settings) { return in_quotes(settings.aws_region); }};
}

}  // namespace tern::runtime::setting_kinds
