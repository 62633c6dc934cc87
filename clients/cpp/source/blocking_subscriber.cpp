#include "tern/blocking_subscriber.hpp"

#include <boost/asio/use_future.hpp>
#include <utility>

#include "tern/client.hpp"

namespace tern {

namespace {

constexpr auto future = boost::asio::use_future;

}  // namespace

BlockingSubscriber::BlockingSubscriber(BlockingClient& client, SubscriberOptions options)
    : subscriber_(client.asynchronous(), std::move(options)) {}

Subscribed BlockingSubscriber::subscribe() {
    return subscriber_.subscribe(future).get().value();
}

Push BlockingSubscriber::next() {
    return subscriber_.next(future).get().value();
}

std::optional<Push> BlockingSubscriber::next(std::chrono::milliseconds wait) {
    auto pushes = next_batch(1, wait);
    return pushes.empty() ? std::nullopt : std::optional(std::move(pushes.front()));
}

std::vector<Push> BlockingSubscriber::next_batch(std::size_t pushes_max, std::chrono::milliseconds wait) {
    return subscriber_.next_batch(pushes_max, wait, future).get().value();
}

std::vector<EntryResult> BlockingSubscriber::acknowledge(const std::vector<std::string>& handles) {
    return subscriber_.acknowledge(handles, future).get().value();
}

std::vector<EntryResult> BlockingSubscriber::reject(const std::vector<std::string>& handles,
                                                    std::chrono::milliseconds delay) {
    return subscriber_.reject(handles, delay, future).get().value();
}

void BlockingSubscriber::close() {
    subscriber_.close(future).get().value();
}

}  // namespace tern
