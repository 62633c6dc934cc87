#include "broker/frontends/deliveries/http_poster.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "broker/frontends/deliveries/http_exchange.hpp"

namespace tern::deliveries {

namespace asio = boost::asio;

/// Shared with what is under way, which may end after the poster.
struct HttpPoster::State {
    State(asio::io_context& context, HttpPosterOptions&& options)
        : context(context),
          options(std::move(options)),
          tls(asio::ssl::context::tls_client) {}

    asio::io_context& context;
    const HttpPosterOptions options;
    asio::ssl::context tls;
    std::unordered_set<std::shared_ptr<HttpExchange>> exchanges;
    std::unordered_set<std::shared_ptr<asio::steady_timer>> timers;
    bool stopped = false;
};

HttpPoster::HttpPoster(asio::io_context& context, HttpPosterOptions options)
    : state_(std::make_shared<State>(context, std::move(options))) {
    auto& tls = state_->tls;
    tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                    asio::ssl::context::no_tlsv1_1);
    tls.set_verify_mode(asio::ssl::verify_peer);
    boost::system::error_code error;
    if (state_->options.ca_file.empty()) {
        tls.set_default_verify_paths(error);
    } else {
        tls.load_verify_file(state_->options.ca_file, error);
        if (error)
            throw std::runtime_error("the certificates in " + state_->options.ca_file +
                                     " cannot be read: " + error.message());
    }
}

HttpPoster::~HttpPoster() {
    stop();
}

void HttpPoster::post(Post&& post, Done done) {
    const auto exchange =
        std::make_shared<HttpExchange>(state_->context, state_->tls, state_->options, std::move(post));
    state_->exchanges.insert(exchange);
    auto ended = [state = state_, exchange, done = std::move(done)](const std::exception_ptr& failed,
                                                                    PostOutcome outcome) {
        state->exchanges.erase(exchange);
        if (state->stopped) return;
        if (failed) outcome = {Verdict::failed_for_now, "the request could not be made"};
        done(std::move(outcome));
    };
    asio::co_spawn(state_->context, exchange->run(), std::move(ended));
}

Milliseconds HttpPoster::patience() const {
    return 2 * state_->options.patience;
}

void HttpPoster::call_later(Milliseconds delay, std::function<void()> call) {
    const auto timer = std::make_shared<asio::steady_timer>(state_->context, delay);
    state_->timers.insert(timer);
    timer->async_wait([state = state_, timer, call = std::move(call)](const boost::system::error_code& error) {
        state->timers.erase(timer);
        if (!error && !state->stopped) call();
    });
}

void HttpPoster::stop() {
    state_->stopped = true;
    for (const auto& exchange : state_->exchanges) exchange->cancel();
    for (const auto& timer : state_->timers) timer->cancel();
}

}  // namespace tern::deliveries
