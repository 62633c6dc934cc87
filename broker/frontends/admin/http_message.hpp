#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::admin {

/// A request as a page sees it: everything about framing has been dealt with.
struct HttpRequest {
    std::string method;
    std::string path;
    /// What comes after the question mark, undecoded.
    std::string query;
    /// Without the port; may be empty in HTTP/1.0.
    std::string host;
    std::string body;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> further_fields = {};
};

enum class Connectedness : bool { close, keep_alive };

/// The bytes of a response; of one to HEAD without the body.
std::string render(const HttpResponse& response, Connectedness connection, bool with_body);

std::string_view reason_phrase(int status);

}  // namespace tern::admin
