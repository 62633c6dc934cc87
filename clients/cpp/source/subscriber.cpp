#include "tern/subscriber.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "clients/cpp/source/subscriber_state.hpp"

namespace tern {

namespace asio = boost::asio;

namespace detail {

asio::any_io_executor executor_of(const SubscriberState& state) {
    return state.executor();
}

void subscribe(const SubscriberPointer& state, std::unique_ptr<Completion<Subscribed>> completion) {
    asio::post(state->strand(),
               [state, completion = std::move(completion)]() mutable { state->subscribe(std::move(completion)); });
}

void next(const SubscriberPointer& state, std::size_t pushes_max, std::optional<std::chrono::milliseconds> wait,
          std::unique_ptr<Completion<Pushes>> completion) {
    asio::post(state->strand(), [state, pushes_max, wait, completion = std::move(completion)]() mutable {
        state->next(pushes_max, wait, std::move(completion));
    });
}

void settle(const SubscriberPointer& state, std::vector<std::string> handles,
            std::optional<std::chrono::milliseconds> reject_delay,
            std::unique_ptr<Completion<std::vector<EntryResult>>> completion) {
    asio::post(state->strand(),
               [state, handles = std::move(handles), reject_delay, completion = std::move(completion)]() mutable {
                   state->settle(std::move(handles), reject_delay, std::move(completion));
               });
}

void set_member_state(const SubscriberPointer& state, std::string member_state) {
    asio::post(state->strand(), [state, member_state = std::move(member_state)]() mutable {
        state->set_member_state(std::move(member_state));
    });
}

void close(const SubscriberPointer& state, std::unique_ptr<Completion<void>> completion) {
    asio::post(state->strand(),
               [state, completion = std::move(completion)]() mutable { state->close(std::move(completion)); });
}

}  // namespace detail

Subscriber::Subscriber(Client& client, SubscriberOptions options)
    : state_(std::make_shared<detail::SubscriberState>(client.session_, std::move(options))) {}

Subscriber::~Subscriber() {
    if (state_) asio::post(state_->strand(), [state = state_] { state->abandon(); });
}

void Subscriber::set_member_state(std::string member_state) {
    detail::set_member_state(state_, std::move(member_state));
}

}  // namespace tern
