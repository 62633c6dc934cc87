#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/subscriber.hpp"

namespace tern {

/// A Subscriber whose calls wait for their outcomes. The client must outlive it. Its callbacks run on the client's
/// thread: they must not call the subscriber.
/// Errors: every call throws Error.
class BlockingSubscriber {
public:
    BlockingSubscriber(BlockingClient& client, SubscriberOptions options);

    Subscribed subscribe();
    /// Waits for as long as it takes.
    Push next();
    /// Nothing when nothing came within the wait.
    std::optional<Push> next(std::chrono::milliseconds wait);
    std::vector<Push> next_batch(std::size_t pushes_max, std::chrono::milliseconds wait);
    std::vector<EntryResult> acknowledge(const std::vector<std::string>& handles);
    std::vector<EntryResult> reject(const std::vector<std::string>& handles, std::chrono::milliseconds delay = {});
    void set_member_state(const std::string& state) { subscriber_.set_member_state(state); }
    void close();

    Subscriber& asynchronous() { return subscriber_; }

private:
    Subscriber subscriber_;
};

}  // namespace tern
