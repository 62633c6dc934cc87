#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "broker/frontends/admin/http_guard.hpp"
#include "broker/frontends/admin/http_message.hpp"

namespace tern::admin {

/// Puts a request together from the fields of an HTTP/2 header block, as strictly as the guard of HTTP/1.1. What the
/// framing library has checked before: names in lower case, pseudo-header fields first and once, no field that is about
/// a connection, Content-Length as long as the data.
class Http2RequestReader {
public:
    explicit Http2RequestReader(const HttpLimits& limits) : limits_(limits) {}

    /// One field, in their order. What comes after a refusal is not kept.
    void field(std::string_view name, std::string_view value);
    /// After the last field.
    void end_of_fields();

    const std::optional<HttpRefusal>& refusal() const { return refusal_; }
    bool expects_continue() const { return expects_continue_; }
    std::size_t body_bytes_max() const { return body_bytes_max_; }
    HttpRequest& request() { return request_; }
    HttpRequest take() { return std::move(request_); }

private:
    void pseudo_field(std::string_view name, std::string_view value);
    void target(std::string_view value);
    void host(std::string_view value);
    void refuse(int status, std::string_view reason);

    const HttpLimits& limits_;
    HttpRequest request_;
    std::size_t header_bytes_ = 0;
    std::optional<std::string> authority_;
    bool expects_continue_ = false;
    std::size_t body_bytes_max_ = 0;
    std::optional<HttpRefusal> refusal_;
};

}  // namespace tern::admin
