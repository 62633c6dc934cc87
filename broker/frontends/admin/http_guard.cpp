#include "broker/frontends/admin/http_guard.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

HeaderEnd refused(int status, std::string_view reason) {
    return {0, HttpRefusal{status, reason}};
}

using Field = HeaderField;

/// As many as SDKs send, so that the list is allocated once.
constexpr std::size_t fields_usual = 16;

/// Reads one header block line by line. Each step returns a refusal or nothing.
class HeaderJudge {
public:
    HeaderJudge(std::string_view block, const HttpLimits& limits) : rest_(block), limits_(limits) {
        header_.fields.reserve(fields_usual);
    }

    std::optional<HttpRefusal> judge() {
        if (auto refusal = request_line(next_line())) return refusal;
        std::size_t fields = 0;
        for (auto line = next_line(); !line.empty(); line = next_line()) {
            if (++fields > limits_.fields_max) return HttpRefusal{431, "too many header fields"};
            if (auto refusal = field_line(line)) return refusal;
        }
        return whole();
    }
    GuardedHeader take_header() { return std::move(header_); }

private:
    std::string_view next_line() {
        const auto end = rest_.find("\r\n");
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(rest_.size(), line.size() + 2));
        return line;
    }

    /// RFC 9112 section 3, with single spaces only.
    std::optional<HttpRefusal> request_line(std::string_view line) {
        const auto first = line.find(' ');
        const auto last = line.rfind(' ');
        if (first == std::string_view::npos || first == last) return HttpRefusal{400, "malformed request line"};
        header_.method = line.substr(0, first);
        header_.target = line.substr(first + 1, last - first - 1);
        const auto version = line.substr(last + 1);

        if (!is_token(header_.method)) return HttpRefusal{400, "malformed method"};
        if (header_.target.size() > limits_.target_bytes_max) return HttpRefusal{414, "the request target is too long"};
        if (!is_visible_ascii(header_.target)) return HttpRefusal{400, "malformed request target"};
        if (version != "HTTP/1.1" && version != "HTTP/1.0") {
            return version.starts_with("HTTP/") ? HttpRefusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"}
                                                : HttpRefusal{400, "malformed request line"};
        }
        header_.minor_version = version.back() - '0';
        header_.keep_alive = header_.minor_version == 1;
        if (header_.method == "CONNECT") return HttpRefusal{501, "this is not a proxy"};
        return target_form();
    }

    /// RFC 9112 section 3.2: origin-form, or absolute-form, whose authority must then agree with Host.
    std::optional<HttpRefusal> target_form() {
        if (header_.target.find('#') != std::string_view::npos) return HttpRefusal{400, "malformed request target"};
        if (header_.target.starts_with('/')) return std::nullopt;
        if (header_.target == "*" && header_.method == "OPTIONS") return std::nullopt;
        constexpr std::string_view scheme = "http://";
        if (header_.target.size() < scheme.size() ||
            !equal_ignoring_case(header_.target.substr(0, scheme.size()), scheme)) {
            return HttpRefusal{400, "malformed request target"};
        }
        const auto after = header_.target.substr(scheme.size());
        const auto path = std::min(after.size(), after.find_first_of("/?"));
        authority_ = after.substr(0, path);
        header_.target = after.substr(path);
        if (!header_.target.starts_with('/')) header_.target = "/";
        return std::nullopt;
    }

    std::optional<HttpRefusal> field_line(std::string_view line) {
        // RFC 9112 section 5.2: a line that goes on in the next one can hide a field from one of two readers.
        if (line.front() == ' ' || line.front() == '\t') return HttpRefusal{400, "folded header line"};
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return HttpRefusal{400, "header line without a colon"};
        // A space before the colon is not part of a token, so that it is refused here too.
        if (!is_token(line.substr(0, colon))) return HttpRefusal{400, "malformed header field name"};
        const Field field{line.substr(0, colon), trim_spaces(line.substr(colon + 1))};
        if (!is_field_value(field.value)) return HttpRefusal{400, "control character in a header field"};
        header_.fields.push_back(field);
        // One space, and none behind: then there is one way only to read it.
        header_.plain &= line.size() == field.name.size() + 2 + field.value.size() && line[colon + 1] == ' ';
        return known_field(field);
    }

    std::optional<HttpRefusal> known_field(const Field& field) {
        if (equal_ignoring_case(field.name, "Host")) return host(field.value);
        if (equal_ignoring_case(field.name, "Content-Length")) return content_length(field.value);
        if (equal_ignoring_case(field.name, "Transfer-Encoding")) return transfer_encoding(field.value);
        if (equal_ignoring_case(field.name, "Trailer")) return HttpRefusal{400, "trailers are not accepted"};
        if (equal_ignoring_case(field.name, "Expect")) {
            if (!equal_ignoring_case(field.value, "100-continue")) return HttpRefusal{417, "unknown expectation"};
            header_.expects_continue = true;
        }
        const bool of_connection = equal_ignoring_case(field.name, "Connection");
        // A list of tokens (RFC 9110 section 7.6.1): anything but one token is for the second reader to judge.
        if (of_connection || equal_ignoring_case(field.name, "Proxy-Connection"))
            header_.plain &= is_token(field.value);
        if (of_connection && list_contains(field.value, "close")) header_.keep_alive = false;
        return std::nullopt;
    }

    /// Some AWS clients send a whole URL here. What is in it stands for the host alone: nothing is routed by it.
    static std::string_view authority_in(std::string_view value) {
        for (const std::string_view scheme : {"http://", "https://"}) {
            if (value.size() < scheme.size() || !equal_ignoring_case(value.substr(0, scheme.size()), scheme)) continue;
            value.remove_prefix(scheme.size());
            return value.substr(0, value.find('/'));
        }
        return value;
    }

    std::optional<HttpRefusal> host(std::string_view value) {
        if (host_seen_) return HttpRefusal{400, "more than one Host"};
        host_seen_ = true;
        const auto name = host_of_authority(authority_in(value));
        if (!name) return HttpRefusal{400, "malformed Host"};
        header_.host = *name;
        host_value_ = value;
        return std::nullopt;
    }

    /// RFC 9112 section 6.3 allows a repeated or listed length when all are equal; who is strict has fewer surprises.
    std::optional<HttpRefusal> content_length(std::string_view value) {
        if (length_seen_) return HttpRefusal{400, "more than one Content-Length"};
        length_seen_ = true;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), header_.body_bytes);
        const bool digits_only = !value.empty() && std::ranges::all_of(value, is_digit);
        if (error != std::errc() || end != value.data() + value.size() || !digits_only) {
            return HttpRefusal{400, "malformed Content-Length"};
        }
        header_.framing = BodyFraming::length;
        return std::nullopt;
    }

    std::optional<HttpRefusal> transfer_encoding(std::string_view value) {
        if (encoding_seen_) return HttpRefusal{400, "more than one Transfer-Encoding"};
        encoding_seen_ = true;
        header_.framing = BodyFraming::chunked;
        if (equal_ignoring_case(value, "chunked")) return std::nullopt;
        const auto comma = value.rfind(',');
        const bool ends_chunked =
            comma != std::string_view::npos && equal_ignoring_case(trim_spaces(value.substr(comma + 1)), "chunked");
        // RFC 9112 section 6.1 and 6.3: a coding we do not know is 501; one that does not end in chunked is an error.
        return ends_chunked ? HttpRefusal{501, "the only transfer coding known here is chunked"}
                            : HttpRefusal{400, "Transfer-Encoding must be chunked"};
    }

    /// What needs all fields.
    std::optional<HttpRefusal> whole() {
        if (encoding_seen_ && header_.minor_version == 0) return HttpRefusal{400, "Transfer-Encoding in HTTP/1.0"};
        if (encoding_seen_ && length_seen_) return HttpRefusal{400, "both Transfer-Encoding and Content-Length"};
        if (!host_seen_ && header_.minor_version == 1) return HttpRefusal{400, "no Host"};
        if (authority_ && (!host_seen_ || !equal_ignoring_case(*authority_, host_value_))) {
            return HttpRefusal{400, "the request target and Host disagree"};
        }
        if (length_seen_ && header_.body_bytes > body_bytes_max(header_, limits_)) {
            return HttpRefusal{413, "the body is too long"};
        }
        header_.plain &= header_.minor_version == 1 && !authority_ && !header_.expects_continue &&
                         header_.framing != BodyFraming::chunked;
        if (header_.framing == BodyFraming::none) header_.expects_continue = false;
        if (header_.minor_version == 0) header_.expects_continue = false;
        return std::nullopt;
    }

    std::string_view rest_;
    const HttpLimits& limits_;
    GuardedHeader header_;
    std::optional<std::string_view> authority_;
    std::string_view host_value_;
    bool host_seen_ = false;
    bool length_seen_ = false;
    bool encoding_seen_ = false;
};

}  // namespace

std::size_t body_bytes_max(const GuardedHeader& header, const HttpLimits& limits) {
    if (header.target.starts_with("/topics/")) return limits.publication_bytes_max;
    const bool api = std::ranges::any_of(header.fields, [](const Field& field) {
        if (equal_ignoring_case(field.name, "X-Amz-Target")) return true;
        return equal_ignoring_case(field.name, "Content-Type") &&
               field.value.starts_with("application/x-www-form-urlencoded");
    });
    return api ? limits.api_body_bytes_max : limits.body_bytes_max;
}

HeaderEnd find_header_end(std::string_view bytes, std::size_t from, const HttpLimits& limits) {
    // The last two bytes looked at before may be half of what is looked for.
    for (auto i = find_control(bytes, from > 3 ? from - 3 : 0); i < bytes.size(); i = find_control(bytes, i + 1)) {
        const char c = bytes[i];
        if (c == '\r') {
            if (i + 1 < bytes.size() && bytes[i + 1] != '\n') return refused(400, "a carriage return alone");
        } else if (c == '\n') {
            if (i == 0 || bytes[i - 1] != '\r') return refused(400, "a line feed alone");
            if (i == 1) return refused(400, "an empty line before the request");
            if (bytes.substr(0, i + 1).ends_with("\r\n\r\n")) {
                if (i + 1 > limits.header_bytes_max) break;
                return {i + 1, std::nullopt};
            }
        } else if (c != '\t') {
            return refused(400, "control character in the header");
        }
    }
    if (bytes.size() >= limits.header_bytes_max) return refused(431, "the header is too long");
    return {};
}

GuardVerdict judge_header(std::string_view block, const HttpLimits& limits) {
    HeaderJudge judge(block, limits);
    auto refusal = judge.judge();
    return {refusal, judge.take_header()};
}

}  // namespace tern::admin
