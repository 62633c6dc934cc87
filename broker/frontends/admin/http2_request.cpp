#include "broker/frontends/admin/http2_request.hpp"

#include <charconv>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

// RFC 9113 section 10.5.1: what a field counts for beside its bytes.
constexpr std::size_t field_overhead_bytes = 32;

}  // namespace

void Http2RequestReader::field(std::string_view name, std::string_view value) {
    if (refusal_) return;
    header_bytes_ += name.size() + value.size() + field_overhead_bytes;
    if (header_bytes_ > limits_.header_bytes_max) return refuse(431, "the header is too long");
    if (name.starts_with(':')) return pseudo_field(name, value);
    if (request_.fields.size() >= limits_.fields_max) return refuse(431, "too many header fields");
    if (!is_token(name)) return refuse(400, "malformed header field name");
    if (!is_field_value(value)) return refuse(400, "control character in a header field");
    if (name == "host") return host(value);
    if (name == "trailer") return refuse(400, "trailers are not accepted");
    if (name == "expect") {
        if (!equal_ignoring_case(value, "100-continue")) return refuse(417, "unknown expectation");
        expects_continue_ = true;
    }
    request_.fields.push_back({std::string(name), std::string(value)});
}

void Http2RequestReader::pseudo_field(std::string_view name, std::string_view value) {
    if (name == ":method") {
        if (!is_token(value)) return refuse(400, "malformed method");
        if (value == "CONNECT") return refuse(501, "this is not a proxy");
        request_.method = value;
    } else if (name == ":path") {
        target(value);
    } else if (name == ":authority") {
        host(value);
    } else if (name == ":scheme") {
        if (value != "http" && value != "https") refuse(400, "unknown scheme");
    } else {
        refuse(400, "unknown pseudo-header field");
    }
}

void Http2RequestReader::target(std::string_view value) {
    if (value.size() > limits_.target_bytes_max) return refuse(414, "the request target is too long");
    if (!is_visible_ascii(value) || value.find('#') != std::string_view::npos) {
        return refuse(400, "malformed request target");
    }
    if (!value.starts_with('/') && value != "*") return refuse(400, "malformed request target");
    const auto question = value.find('?');
    request_.path = value.substr(0, question);
    if (question != std::string_view::npos) request_.query = value.substr(question + 1);
}

/// :authority stands for Host (RFC 9113 section 8.3.1); one that carries both must mean the same.
void Http2RequestReader::host(std::string_view value) {
    if (authority_) {
        if (!equal_ignoring_case(*authority_, value)) refuse(400, ":authority and Host disagree");
        return;
    }
    const auto name = host_of_authority(value);
    if (!name) return refuse(400, "malformed Host");
    authority_ = value;
    request_.host = *name;
    request_.fields.push_back({"Host", std::string(value)});
}

void Http2RequestReader::end_of_fields() {
    if (refusal_) return;
    if (!authority_) return refuse(400, "no Host");
    if (request_.path == "*" && request_.method != "OPTIONS") return refuse(400, "malformed request target");
    GuardedHeader header;
    header.target = request_.path;
    for (const auto& [name, value] : request_.fields) header.fields.push_back({name, value});
    body_bytes_max_ = admin::body_bytes_max(header, limits_);
    const auto length = request_.field("content-length");
    if (!length) return;
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), bytes);
    if (error != std::errc() || end != length->data() + length->size()) return refuse(400, "malformed Content-Length");
    if (bytes > body_bytes_max_) refuse(413, "the body is too long");
}

void Http2RequestReader::refuse(int status, std::string_view reason) {
    if (!refusal_) refusal_ = HttpRefusal{status, reason};
}

}  // namespace tern::admin
