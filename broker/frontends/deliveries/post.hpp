#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/frontends/deliveries/endpoint_url.hpp"

namespace tern::deliveries {

/// A request that an endpoint is sent, but for Host, Content-Length and the like.
struct Post {
    EndpointUrl url;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

/// As SNS judges: 2xx is delivered; 429, 5xx and whatever kept an answer from coming may pass; all else stays.
enum class Verdict : std::uint8_t { delivered, failed_for_now, failed_for_good };

struct PostOutcome {
    Verdict verdict = Verdict::failed_for_now;
    /// For the log: what went wrong.
    std::string reason{};
};
Verdict verdict_of_status(unsigned status);

/// Sends requests. Two implementations: sockets (http_poster.hpp), and a recorder in tests. On one thread.
class Poster {
public:
    using Done = std::function<void(PostOutcome&&)>;

    virtual ~Poster() = default;
    /// `done` is called later, once, unless the poster is stopped before.
    virtual void post(Post&& post, Done done) = 0;
    /// How long one post takes at most.
    virtual Milliseconds patience() const = 0;
    virtual void call_later(Milliseconds delay, std::function<void()> call) = 0;
    /// Ends all posts and calls, none of which is told.
    virtual void stop() = 0;
};

}  // namespace tern::deliveries
