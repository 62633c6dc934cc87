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
    return http_date(std::time(nullptr));
}

std::string render(const HttpResponse& response, Connectedness connection, bool with_body) {
    auto text = fmt::format(
        "HTTP/1.1 {} {}\r\nServer: tern\r\nDate: {}\r\nContent-Type: {}\r\nCache-Control: {}\r\n"
        "X-Content-Type-Options: nosniff\r\n",
        response.status, reason_phrase(response.status), http_date_now(), response.content_type,
        response.cache_control);
    // RFC 9110 section 8.6: with 304 it would be the length of what is not sent.
    if (response.status != 304) text += fmt::format("Content-Length: {}\r\n", response.body.size());
    for (const auto& [name, value] : response.further_fields) text += fmt::format("{}: {}\r\n", name, value);
    if (connection == Connectedness::close) text += "Connection: close\r\n";
    text += "\r\n";
    if (with_body) text += response.body;
    return text;
}

}  // namespace tern::admin
