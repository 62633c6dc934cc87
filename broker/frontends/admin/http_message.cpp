#include "broker/frontends/admin/http_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

/// RFC 9110 section 5.6.7; strftime would ask the locale.
std::string http_date(std::time_t time) {
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm at{};
    ::gmtime_r(&time, &at);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(at.tm_wday)], at.tm_mday,
                       months[static_cast<std::size_t>(at.tm_mon)], at.tm_year + 1900, at.tm_hour, at.tm_min,
                       at.tm_sec);
}

/// Made anew once a second.
std::string_view date_now() {
    thread_local std::time_t made_at = -1;
    thread_local std::string date;
    const auto now = std::time(nullptr);
    if (now != made_at) {
        date = http_date(now);
        made_at = now;
    }
    return date;
}

constexpr std::size_t header_bytes_usual = 400;

}  // namespace

std::optional<std::string> HttpRequest::field(std::string_view wanted) const {
    std::optional<std::string> all;
    for (const auto& [name, value] : fields) {
        if (!equal_ignoring_case(name, wanted)) continue;
        if (all)
            all->append(", ").append(value);
        else
            all = value;
    }
    return all;
}

const HttpRequest::Field* HttpRequest::find(std::string_view wanted) const {
    for (const auto& field : fields)
        if (field.name.size() == wanted.size() && equal_ignoring_case(field.name, wanted)) return &field;
    return nullptr;
}

std::size_t HttpRequest::count(std::string_view wanted) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields, [&](const Field& field) { return equal_ignoring_case(field.name, wanted); }));
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200: return "OK";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 417: return "Expectation Failed";
        case 426: return "Upgrade Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 507: return "Insufficient Storage";
        case 505: return "HTTP Version Not Supported";
    }
    return "Unknown";
}

std::string http_date_now() {
    return std::string(date_now());
}

std::string render(const HttpResponse& response, Connectedness connection, bool with_body) {
    std::string text;
    text.reserve(header_bytes_usual + (with_body ? response.body.size() : 0));
    const auto add = [&text](auto... parts) { (text.append(parts), ...); };
    const fmt::format_int status(response.status);
    add("HTTP/1.1 ", status.c_str(), " ", reason_phrase(response.status), "\r\nServer: tern\r\nDate: ", date_now(),
        "\r\nContent-Type: ", std::string_view(response.content_type), "\r\nCache-Control: ", response.cache_control,
        "\r\nX-Content-Type-Options: nosniff\r\n");
    // RFC 9110 section 8.6: with 304 it would be the length of what is not sent.
    if (response.status != 304) add("Content-Length: ", fmt::format_int(response.body.size()).c_str(), "\r\n");
    for (const auto& [name, value] : response.further_fields)
        add(std::string_view(name), ": ", std::string_view(value), "\r\n");
    if (connection == Connectedness::close) add("Connection: close\r\n");
    add("\r\n");
    if (with_body) add(std::string_view(response.body));
    return text;
}

}  // namespace tern::admin
