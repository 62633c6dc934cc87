#include "broker/frontends/admin/http_message.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

constexpr std::size_t header_bytes_expected = 320;

/// RFC 9110 section 5.6.7; strftime would ask the locale.
void append_http_date(std::string& to, std::time_t time) {
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm at{};
    ::gmtime_r(&time, &at);
    const auto two_digits = [&to](int number) {
        to += static_cast<char>('0' + number / 10);
        to += static_cast<char>('0' + number % 10);
    };
    to.append(days[static_cast<std::size_t>(at.tm_wday)]).append(", ");
    two_digits(at.tm_mday);
    to.append(" ").append(months[static_cast<std::size_t>(at.tm_mon)]).append(" ");
    to.append(std::to_string(at.tm_year + 1900)).append(" ");
    two_digits(at.tm_hour);
    to += ':';
    two_digits(at.tm_min);
    to += ':';
    two_digits(at.tm_sec);
    to.append(" GMT");
}

/// Written anew once a second.
std::string_view current_http_date() {
    thread_local std::time_t written_at = -1;
    thread_local std::string date;
    const auto now = std::time(nullptr);
    if (now != written_at) {
        date.clear();
        append_http_date(date, now);
        written_at = now;
    }
    return date;
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
        if (equal_ignoring_case(field.name, wanted)) return &field;
    return nullptr;
}

std::size_t HttpRequest::count(std::string_view wanted) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields, [&](const Field& field) { return equal_ignoring_case(field.name, wanted); }));
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200: return "OK";
        case 204: return "No Content";
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

bool tells_length(int status) {
    return status != 204 && status != 304;
}

std::string http_date_now() {
    return std::string(current_http_date());
}

void render(std::string& to, const HttpResponse& response, Connectedness connection, bool with_body) {
    const auto append = [&to](auto&&... texts) { (to.append(std::string_view(texts)), ...); };
    to.reserve(to.size() + header_bytes_expected + (with_body ? response.body.size() : 0));
    append("HTTP/1.1 ", std::to_string(response.status), " ", reason_phrase(response.status),
           "\r\nServer: tern\r\nDate: ", current_http_date());
    append("\r\nContent-Type: ", response.content_type, "\r\nCache-Control: ", response.cache_control);
    append("\r\nX-Content-Type-Options: nosniff\r\n");
    if (tells_length(response.status)) append("Content-Length: ", std::to_string(response.body.size()), "\r\n");
    for (const auto& [name, value] : response.further_fields) append(name, ": ", value, "\r\n");
    if (connection == Connectedness::close) append("Connection: close\r\n");
    append("\r\n");
    if (with_body) append(response.body);
}

}  // namespace tern::admin
