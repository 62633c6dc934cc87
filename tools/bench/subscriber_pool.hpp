#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/connection.hpp"
#include "tools/bench/subscriber.hpp"

namespace tern::bench {

/// What those do who are subscribed.
enum class SubscriberRole : std::uint8_t {
    counted,  // reads what comes, and it is counted
    idle,     // reads what comes
    stopped,  // never reads again
    bare      // reads what is written to it, without any protocol before; counted
};

struct SubscriberPlan {
    Endpoint endpoint;
    TopicEncoding encoding = TopicEncoding::json;
    std::string pattern;
    SubscriberRole role = SubscriberRole::counted;
    std::size_t count = 0;
};

/// The sockets of many subscribers, on one epoll descriptor and one thread.
/// Errors: functions throw BenchError when the broker refuses, goes away or sends nonsense.
class SubscriberPool {
public:
    /// Called with each frame of data that a counted one gets: the frame with its header, and its payload.
    using See = std::function<void(std::string_view frame, std::string_view payload)>;

    SubscriberPool();
    ~SubscriberPool();
    SubscriberPool(const SubscriberPool&) = delete;
    SubscriberPool& operator=(const SubscriberPool&) = delete;

    /// Connects them one after the other; each is subscribed when this returns.
    void connect(const SubscriberPlan& plan);
    void disconnect();
    /// Reads what has come; readable when something has.
    void serve(const See& see);
    int descriptor() const { return epoll_; }

private:
    struct Member {
        int descriptor = -1;
        SubscriberRole role = SubscriberRole::counted;
        Subscriber subscriber;
    };

    void subscribe(Member& member);
    void read(Member& member, const See& see);

    int epoll_;
    std::vector<std::unique_ptr<Member>> members_;
    std::vector<char> input_;
};

}  // namespace tern::bench
