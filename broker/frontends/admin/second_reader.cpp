#include "broker/frontends/admin/second_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace tern::admin {

namespace http = boost::beast::http;

namespace {

/// Beast's parser without the message that it would build: what is compared are views of the block.
class RequestLineParser final : public http::basic_parser<true> {
public:
    std::string_view method() const { return method_; }
    std::string_view target() const { return target_; }
    int version() const { return version_; }

private:
    using Text = boost::beast::string_view;
    using Error = boost::beast::error_code;

    void on_request_impl(http::verb, Text method, Text target, int version, Error&) override {
        method_ = {method.data(), method.size()};
        target_ = {target.data(), target.size()};
        version_ = version;
    }
    void on_response_impl(int, Text, int, Error&) override {}
    void on_field_impl(http::field, Text, Text, Error&) override {}
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    std::size_t on_body_impl(Text body, Error&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error&) override { return body.size(); }
    void on_finish_impl(Error&) override {}

    std::string_view method_;
    std::string_view target_;
    int version_ = 0;
};

}  // namespace

bool second_reader_agrees(std::string_view block, const GuardedHeader& header) {
    RequestLineParser parser;
    parser.header_limit(static_cast<std::uint32_t>(block.size() + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    const auto used = parser.put(boost::asio::buffer(block.data(), block.size()), error);
    if (error == http::error::need_more) error = {};
    if (error || !parser.is_header_done() || used != block.size()) return false;

    if (parser.version() != 10 + header.minor_version || parser.method() != header.method) return false;
    // The guard cuts an absolute-form target down to its path.
    if (!parser.target().ends_with(header.target) && header.target != "/") return false;
    switch (header.framing) {
        case BodyFraming::none: return !parser.chunked() && !parser.content_length();
        case BodyFraming::length: return !parser.chunked() && parser.content_length() == header.body_bytes;
        case BodyFraming::chunked: return parser.chunked();
    }
    return false;
}

}  // namespace tern::admin
