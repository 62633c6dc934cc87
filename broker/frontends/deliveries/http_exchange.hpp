#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "broker/frontends/deliveries/http_poster.hpp"

namespace tern::deliveries {

/// One request on its way: a connection, a deadline that is moved once, and the answer.
class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
public:
    HttpExchange(boost::asio::io_context& context, boost::asio::ssl::context& tls, const HttpPosterOptions& options,
                 Post&& post);

    /// Keep it alive until it ends.
    boost::asio::awaitable<PostOutcome> run();
    /// Ends it soon, with a failure.
    void cancel();

private:
    using tcp = boost::asio::ip::tcp;

    void set_deadline();
    PostOutcome failure(const char* doing, const boost::system::error_code& error) const;
    boost::asio::awaitable<std::vector<tcp::endpoint>> look_up(PostOutcome& refusal);
    void take_if_allowed(const tcp::endpoint& endpoint, std::vector<tcp::endpoint>& allowed,
                         PostOutcome& refusal) const;
    boost::asio::awaitable<PostOutcome> exchange_over_tls();
    template <class Stream>
    boost::asio::awaitable<PostOutcome> exchange(Stream& stream);
    std::string request() const;

    boost::asio::ssl::context& tls_;
    const HttpPosterOptions& options_;
    const Post post_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    boost::asio::steady_timer deadline_;
    bool too_late_ = false;
};

}  // namespace tern::deliveries
