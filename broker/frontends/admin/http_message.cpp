#include "broker/frontends/admin/http_message.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

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

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200: return "OK";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 417: return "Expectation Failed";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
    }
    return "Unknown";
}

std::string render(const HttpResponse& response, Connectedness connection, bool with_body) {
    auto text = fmt::format(
        "HTTP/1.1 {} {}\r\nServer: tern\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
        response.status, reason_phrase(response.status), http_date(std::time(nullptr)), response.content_type,
        response.body.size());
    for (const auto& [name, value] : response.further_fields) text += fmt::format("{}: {}\r\n", name, value);
    if (connection == Connectedness::close) text += "Connection: close\r\n";
    text += "\r\n";
    if (with_body) text += response.body;
    return text;
}

}  // namespace tern::admin
