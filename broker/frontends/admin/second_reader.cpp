#include "broker/frontends/admin/second_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace tern::admin {

namespace http = boost::beast::http;

bool second_reader_agrees(std::string_view block, const GuardedHeader& header) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(block.size() + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    const auto used = parser.put(boost::asio::buffer(block.data(), block.size()), error);
    if (error == http::error::need_more) error = {};
    if (error || !parser.is_header_done() || used != block.size()) return false;

    const auto& request = parser.get();
    const auto version = static_cast<unsigned>(10 + header.minor_version);
    if (request.version() != version || std::string_view(request.method_string()) != header.method) return false;
    // The guard cuts an absolute-form target down to its path.
    if (!std::string_view(request.target()).ends_with(header.target) && header.target != "/") return false;
    switch (header.framing) {
        case BodyFraming::none: return !parser.chunked() && !parser.content_length();
        case BodyFraming::length: return !parser.chunked() && parser.content_length() == header.body_bytes;
        case BodyFraming::chunked: return parser.chunked();
    }
    return false;
}

}  // namespace tern::admin
