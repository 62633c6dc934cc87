#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/admin/http_guard.hpp"
#include "broker/frontends/admin/second_reader.hpp"

namespace tern::admin {
namespace {

/// The status with which a whole request is refused, header and body; 0 when it is let through.
int verdict(std::string_view request) {
    const HttpLimits limits;
    const auto end = find_header_end(request, 0, limits);
    if (end.refusal) return end.refusal->status;
    REQUIRE_MESSAGE(end.bytes > 0, "the header of this test case has no end");
    const auto judged = judge_header(request.substr(0, end.bytes), limits);
    if (judged.refusal) return judged.refusal->status;

    BodyReader reader(judged.header, limits);
    std::string body;
    reader.take(request.substr(end.bytes), body);
    return reader.refusal() ? reader.refusal()->status : 0;
}

struct Case {
    std::string_view name;
    std::string request;
    int status;
};

std::string with_field(const std::string& field) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n";
}

std::string chunked(const std::string& body) {
    return with_field("Transfer-Encoding: chunked") + body;
}

const std::vector<Case>& hostile() {
    using namespace std::string_literals;
    static const std::vector<Case> cases = {
        {"an unknown transfer coding", with_field("Transfer-Encoding: xchunked"), 400},
        {"identity", with_field("Transfer-Encoding: identity"), 400},
        {"a coding after chunked", with_field("Transfer-Encoding: chunked, identity"), 400},
        {"a coding before chunked", with_field("Transfer-Encoding: gzip, chunked"), 501},
        {"chunked twice in a list", with_field("Transfer-Encoding: chunked, chunked"), 501},
        {"chunked twice", with_field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
        {"chunked with a parameter", with_field("Transfer-Encoding: chunked;q=1"), 400},
        {"chunked in quotes", with_field("Transfer-Encoding: \"chunked\""), 400},
        {"chunked after a vertical tab", with_field("Transfer-Encoding: \vchunked"), 400},
        {"an empty transfer coding", with_field("Transfer-Encoding:"), 400},
        {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"length, then coding", with_field("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
        {"coding, then length", with_field("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
        {"a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n Content-Length: 5\r\n\r\n", 400},
        {"a line folded with a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", 400},
        {"a first line that is folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"no Host", "GET / HTTP/1.1\r\nX: b\r\n\r\n", 400},
        {"no field at all", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"two equal Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400},
        {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"a Host with a user", "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
        {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"a Host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
        {"a Host that is no IPv6 address", "GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n", 400},
        {"a target that names another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a list of lengths", with_field("Content-Length: 5, 5"), 400},
        {"two equal lengths", with_field("Content-Length: 5\r\nContent-Length: 5"), 400},
        {"two lengths", with_field("Content-Length: 5\r\nContent-Length: 6"), 400},
        {"a length with a plus", with_field("Content-Length: +5"), 400},
        {"a hexadecimal length", with_field("Content-Length: 0x5"), 400},
        {"a negative length", with_field("Content-Length: -1"), 400},
        {"a length of 20 digits", with_field("Content-Length: 99999999999999999999"), 400},
        {"a length with a space in it", with_field("Content-Length: 1 2"), 400},
        {"an empty length", with_field("Content-Length: "), 400},
        {"a length over the limit", with_field("Content-Length: 65537"), 413},
        {"a space before a colon", with_field("Content-Length : 5"), 400},
        {"a tab before a colon", with_field("Transfer-Encoding\t: chunked"), 400},
        {"a line without a colon", with_field("nonsense"), 400},
        {"a line without a name", with_field(": x"), 400},
        {"a name with a space", with_field("a b: c"), 400},
        {"a name that is not ASCII", with_field("\xc3\xa9: c"), 400},
        {"a NUL in a value", with_field("X: a\0b"s), 400},
        {"an escape in a value", with_field("X: a\x1b[0m"), 400},
        {"a DEL in a value", with_field("X: a\x7f"), 400},
        {"a bare carriage return", with_field("X: a\rY: b"), 400},
        {"a bare line feed", with_field("X: a\nContent-Length: 5"), 400},
        {"line feeds only", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"an empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"HTTP/1.9", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", 505},
        {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
        {"a version with a zero", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", 505},
        {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a target that is not ASCII", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a target that is no path", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a star that is not for OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501},
        {"a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
        {"a target that is too long", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"an unknown expectation", with_field("Expect: a-miracle"), 417},
        {"an announced trailer", with_field("Trailer: Authorization\r\nTransfer-Encoding: chunked"), 400},
        {"a trailer", chunked("0\r\nAuthorization: x\r\n\r\n"), 400},
        {"a trailer that frames", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400},
        {"a chunk size of 17 digits", chunked("00000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size that wraps around", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size of all ones", chunked("ffffffffffffffff\r\nhello"), 413},
        {"a chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size with a plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
        {"a negative chunk size", chunked("-0\r\n\r\n"), 400},
        {"no chunk size", chunked("\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size after a space", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
        {"junk after a chunk size", chunked("5 x\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk extension that is none", chunked("5;\"a\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk extension with a line feed", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk extension without an end", chunked("5;" + std::string(300, 'a')), 400},
        {"a chunk that is longer than it says", chunked("3\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk that ends in a line feed", chunked("5\r\nhello\n0\r\n\r\n"), 400},
        {"a chunk size that ends in a line feed", chunked("5\nhello\r\n0\r\n\r\n"), 400},
        {"chunks over the limit", chunked("8000\r\n" + std::string(0x8000, 'a') + "\r\n8001\r\n"), 413},
    };
    return cases;
}

const std::vector<Case>& benign() {
    static const std::vector<Case> cases = {
        {"a plain request", "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {"a request of a browser",
         "GET /metrics?x=1 HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
         "Accept: text/html;q=0.9,*/*\r\nAccept-Language: de-DE,en\r\nCookie: a=b; c=d\r\nConnection: "
         "keep-alive\r\n\r\n",
         0},
        {"HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n\r\n", 0},
        {"an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:4566\r\n\r\n", 0},
        {"a value with tabs and bytes above 127", "GET / HTTP/1.1\r\nHost: a\r\nX:\tb\tgr\xc3\xbc\xc3\x9f \r\n\r\n", 0},
        {"an empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", 0},
        {"a name with every token character", "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09AZaz: x\r\n\r\n", 0},
        {"a target in absolute form", "GET http://a:1/b?c HTTP/1.1\r\nHost: a:1\r\n\r\n", 0},
        {"a target in absolute form without a path", "GET HTTP://a HTTP/1.1\r\nHost: A\r\n\r\n", 0},
        {"OPTIONS of everything", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {"an unknown method", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {"a length", with_field("Content-Length: 5") + "hello", 0},
        {"a length with zeros in front", with_field("content-length: 0005") + "hello", 0},
        {"a length of zero", with_field("Content-Length: 0"), 0},
        {"chunks", chunked("5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n"), 0},
        {"chunks in another case", with_field("TRANSFER-ENCODING: \t Chunked ") + "0\r\n\r\n", 0},
        {"a chunk size of 16 digits", chunked("0000000000000005\r\nhello\r\n0\r\n\r\n"), 0},
        {"chunk extensions", chunked("5;a;b=c;d=\"e \\\" f\"\r\nhello\r\n0;last\r\n\r\n"), 0},
    };
    return cases;
}

}  // namespace

TEST_CASE("what could be read in two ways is refused, with the status that fits") {
    for (const auto& [name, request, status] : hostile()) {
        CAPTURE(name);
        CHECK_EQ(verdict(request), status);
    }
}

TEST_CASE("what is plain is let through, and Beast reads it in the same way") {
    for (const auto& [name, request, status] : benign()) {
        CAPTURE(name);
        CHECK_EQ(verdict(request), status);
        const auto end = find_header_end(request, 0, {});
        const auto block = std::string_view(request).substr(0, end.bytes);
        CHECK(second_reader_agrees(block, judge_header(block, {}).header));
    }
}

TEST_CASE("a second reader that sees another framing, method or target is noticed") {
    const std::string block = with_field("Content-Length: 5");
    const auto header = judge_header(block, {}).header;
    REQUIRE(second_reader_agrees(block, header));

    auto other = header;
    other.body_bytes = 6;
    CHECK_FALSE(second_reader_agrees(block, other));
    other = header;
    other.framing = BodyFraming::none;
    CHECK_FALSE(second_reader_agrees(block, other));
    other = header;
    other.method = "GET";
    CHECK_FALSE(second_reader_agrees(block, other));
    other = header;
    other.target = "/x";
    CHECK_FALSE(second_reader_agrees(block, other));
    other = header;
    other.minor_version = 0;
    CHECK_FALSE(second_reader_agrees(block, other));
}

TEST_CASE("the guard reads what pages need") {
    const std::string block =
        "POST http://a.example:80/p?q=1 HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 12\r\n"
        "Expect: 100-Continue\r\nConnection: x, Close\r\n\r\n";
    const auto header = judge_header(block, {}).header;

    CHECK_EQ(header.method, "POST");
    CHECK_EQ(header.target, "/p?q=1");
    CHECK_EQ(header.host, "a.example");
    CHECK_EQ(header.framing, BodyFraming::length);
    CHECK_EQ(header.body_bytes, 12);
    CHECK(header.expects_continue);
    CHECK_FALSE(header.keep_alive);
}

TEST_CASE("a Host that holds a whole URL, as some AWS clients send it, stands for the host in it") {
    const auto host_of = [](const std::string& value) {
        // The verdict's host lies in it.
        const auto block = "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
        const auto verdict = judge_header(block, {});
        return verdict.refusal ? std::string("refused") : std::string(verdict.header.host);
    };
    CHECK_EQ(host_of("http://a.example:80/path"), "a.example");
    CHECK_EQ(host_of("HTTPS://a.example"), "a.example");
    for (const auto* const bad : {"http://", "http:///a", "ftp://a", "http://a b", "a/b"}) {
        CAPTURE(bad);
        CHECK_EQ(host_of(bad), "refused");
    }
}

TEST_CASE("requests to an API of AWS may have long bodies, up to a limit of their own") {
    const auto status_of = [](const std::string& field, std::size_t bytes) {
        const auto verdict = judge_header(
            "POST / HTTP/1.1\r\nHost: a\r\n" + field + "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n", {});
        return verdict.refusal ? verdict.refusal->status : 0;
    };
    for (const auto* const field :
         {"x-amz-target: AmazonSQS.SendMessage", "Content-Type: application/x-www-form-urlencoded; charset=utf-8"}) {
        CHECK_EQ(status_of(field, 8u << 20), 0);
        CHECK_EQ(status_of(field, (8u << 20) + 1), 413);
    }
    CHECK_EQ(status_of("Content-Type: text/plain", (64u << 10) + 1), 413);
}

TEST_CASE("HTTP/1.1 keeps its connection, HTTP/1.0 does not") {
    CHECK(judge_header("GET / HTTP/1.1\r\nHost: a\r\n\r\n", {}).header.keep_alive);
    CHECK_FALSE(judge_header("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {}).header.keep_alive);
}

TEST_CASE("the end of a header is found whatever pieces it comes in") {
    const std::string header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string stream = header + "GET /next";
    for (std::size_t cut = 1; cut < header.size(); ++cut) {
        const auto first = find_header_end(std::string_view(stream).substr(0, cut), 0, {});
        CHECK_EQ(first.bytes, 0);
        CHECK_FALSE(first.refusal.has_value());
        CHECK_EQ(find_header_end(stream, cut, {}).bytes, header.size());
    }
}

TEST_CASE("a header is refused as soon as it cannot become one, without waiting for its end") {
    CHECK_EQ(find_header_end("GET / HTTP/1.1\n", 0, {}).refusal->status, 400);
    CHECK_EQ(find_header_end("GET / HTTP/1.1\rX", 0, {}).refusal->status, 400);
    CHECK_FALSE(find_header_end("GET / HTTP/1.1\r", 0, {}).refusal.has_value());
    CHECK_EQ(find_header_end("GET / HTTP/1.1\rX", 15, {}).refusal->status, 400);
}

TEST_CASE("a header has a bounded number of bytes and of fields") {
    const HttpLimits limits;
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
    const auto long_header = [&](std::size_t bytes) {
        const std::string frame = start + "X: \r\n\r\n";
        return start + "X: " + std::string(bytes - frame.size(), 'x') + "\r\n\r\n";
    };
    CHECK_EQ(verdict(long_header(limits.header_bytes_max)), 0);
    CHECK_EQ(verdict(long_header(limits.header_bytes_max + 1)), 431);
    CHECK_EQ(find_header_end(start + std::string(limits.header_bytes_max, 'x'), 0, limits).refusal->status, 431);

    std::string fields;
    for (std::size_t i = 0; i + 1 < limits.fields_max; ++i) fields += "a:\r\n";
    CHECK_EQ(verdict(start + fields + "\r\n"), 0);
    CHECK_EQ(verdict(start + fields + "a:\r\n\r\n"), 431);
}

TEST_CASE("a body is the same whatever pieces it comes in, and ends where it ends") {
    const std::string wire = "5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";
    const std::string block = with_field("Transfer-Encoding: chunked");
    const auto header = judge_header(block, {}).header;
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
        BodyReader reader(header, {});
        std::string body;
        CHECK_EQ(reader.take(wire.substr(0, cut), body), cut);
        CHECK_EQ(reader.complete(), cut == wire.size());
        CHECK_EQ(reader.take(wire.substr(cut) + "GET /", body), wire.size() - cut);
        CHECK(reader.complete());
        CHECK_EQ(body, "hello0123456789abcdef");
    }
}

TEST_CASE("a body of a given length takes that much and no more") {
    const std::string block = with_field("Content-Length: 5");
    BodyReader reader(judge_header(block, {}).header, {});
    std::string body;

    CHECK_EQ(reader.take("he", body), 2);
    CHECK_FALSE(reader.complete());
    CHECK_EQ(reader.take("lloGET", body), 3);
    CHECK(reader.complete());
    CHECK_EQ(body, "hello");
}

TEST_CASE("a request without framing fields has no body") {
    const std::string block = "POST / HTTP/1.1\r\nHost: a\r\n\r\n";
    BodyReader reader(judge_header(block, {}).header, {});

    CHECK(reader.complete());
}

TEST_CASE("a header with one reading only is plain, and any oddity makes it not") {
    const auto plain = [](const std::string& block) {
        const auto verdict = judge_header(block, {});
        REQUIRE_FALSE(verdict.refusal);
        return verdict.header.plain;
    };
    CHECK(plain("POST / HTTP/1.1\r\nHost: tern\r\nContent-Length: 3\r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.1\r\nHost:  tern\r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.1\r\nHost: tern \r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.1\r\nHost:tern\r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.1\r\nHost:\ttern\r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.0\r\nHost: tern\r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.1\r\nHost: tern\r\nTransfer-Encoding: chunked\r\n\r\n"));
    CHECK_FALSE(plain("POST / HTTP/1.1\r\nHost: tern\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"));
    CHECK_FALSE(plain("POST http://tern/ HTTP/1.1\r\nHost: tern\r\n\r\n"));
    CHECK(plain("GET / HTTP/1.1\r\nHost: tern\r\nConnection: keep-alive\r\n\r\n"));
    CHECK_FALSE(plain("GET / HTTP/1.1\r\nHost: tern\r\nConnection: keep-alive, Upgrade\r\n\r\n"));
    CHECK_FALSE(plain("GET / HTTP/1.1\r\nHost: tern\r\nConnection: cl\xff\r\n\r\n"));
    CHECK_FALSE(plain("GET / HTTP/1.1\r\nHost: tern\r\nProxy-Connection: cl\xff\r\n\r\n"));
}

}  // namespace tern::admin
