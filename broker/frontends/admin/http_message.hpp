#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tern::admin {

/// A request as a page sees it: everything about framing has been dealt with.
struct HttpRequest {
    struct Field {
        std::string name;
        std::string value;
    };

    /// The value of a field, in whatever case its name is; of a repeated one all values, with commas between them
    /// (RFC 9110 section 5.3). Nothing when it is not there.
    std::optional<std::string> field(std::string_view name) const;
    /// The first field of that name, in whatever case it is; none when it is not there.
    const Field* find(std::string_view name) const;
    /// How often a field stands there.
    std::size_t count(std::string_view name) const;

    std::string method;
    std::string path;
    /// What comes after the question mark, undecoded.
    std::string query;
    /// Without the port; may be empty in HTTP/1.0.
    std::string host;
    int minor_version = 1;
    std::vector<Field> fields;
    std::string body;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> further_fields = {};
    std::string_view cache_control = "no-store";
};

/// The request has been passed on; HttpSession::respond will be called.
struct AnsweredLater {};
/// The connection goes on with another protocol, whose side answers the request.
struct SwitchesProtocol {};
using HttpOutcome = std::variant<HttpResponse, AnsweredLater, SwitchesProtocol>;

enum class Connectedness : bool { close, keep_alive };

/// Appends the bytes of a response; of one to HEAD without the body.
void render(std::string& to, const HttpResponse& response, Connectedness connection, bool with_body);

std::string_view reason_phrase(int status);
/// RFC 9110 section 8.6: an answer of 204 must not have a Content-Length; that of 304 would be about what is not sent.
bool tells_length(int status);
/// For a Date field (RFC 9110 section 5.6.7).
std::string http_date_now();

}  // namespace tern::admin
