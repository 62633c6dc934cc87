#pragma once

#include <memory>
#include <string>

#include "broker/frontends/deliveries/address_rule.hpp"
#include "broker/frontends/deliveries/post.hpp"

namespace boost::asio {
class io_context;
}

namespace tern::deliveries {

struct HttpPosterOptions {
    AddressRule rule{};
    /// To be connected, and again to have answered.
    Milliseconds patience = std::chrono::seconds(15);
    /// PEM, of the authorities that https endpoints' certificates must come from; empty: the system's.
    std::string ca_file{};
};

/// Sends each request on a connection of its own. The address rule is applied to the very address that is connected to,
/// whatever a name stood for before. Redirections are not followed; of an answer at most 64 KiB are read.
class HttpPoster final : public Poster {
public:
    /// Errors: std::runtime_error when the CA file cannot be read.
    HttpPoster(boost::asio::io_context& context, HttpPosterOptions options);
    ~HttpPoster() override;

    void post(Post&& post, Done done) override;
    Milliseconds patience() const override;
    void call_later(Milliseconds delay, std::function<void()> call) override;
    void stop() override;

private:
    struct State;
    const std::shared_ptr<State> state_;
};

}  // namespace tern::deliveries
