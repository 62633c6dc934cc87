#include "tern/producer.hpp"

#include <utility>

#include "clients/cpp/source/producer_state.hpp"

namespace tern {

namespace detail {

boost::asio::any_io_executor executor_of(const ProducerState& state) {
    return state.executor();
}

void send(const std::shared_ptr<ProducerState>& state, NewRecord&& record,
          std::unique_ptr<Completion<Appended>> completion) {
    state->send(std::move(record), std::move(completion));
}

void wait(const std::shared_ptr<ProducerState>& state, ProducerWait what,
          std::unique_ptr<Completion<void>> completion) {
    state->wait(what, std::move(completion));
}

}  // namespace detail

Producer::Producer(Client& client, StreamName stream, ProducerOptions options)
    : state_(std::make_shared<detail::ProducerState>(client.session_, std::move(stream), std::move(options))) {}

Producer::~Producer() {
    if (state_) state_->abandon();
}

void Producer::send(const RecordView& record) {
    state_->send_and_wait(record);
}

bool Producer::try_send(const RecordView& record) {
    return state_->try_send(record);
}

ProducerCounts Producer::counts() const {
    return state_->counts();
}

}  // namespace tern
