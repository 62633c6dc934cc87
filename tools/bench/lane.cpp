#include "tools/bench/lane.hpp"

#include <algorithm>

#include "protocol/limits.hpp"
#include "tools/bench/answer.hpp"
#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

/// Others may have taken what was visible a moment ago, but not so often in a row.
constexpr std::size_t empty_receives_max = 1000;

const char* name_of(RequestKind kind) {
    return request_kind_names[static_cast<std::size_t>(kind)];
}

}  // namespace

Lane::Lane(const Workload& workload, FrameBook& frames, QueueWalk walk)
    : workload_(workload),
      frames_(frames),
      queue_(walk.first),
      queue_step_(walk.step) {}

std::string_view Lane::next_request(std::uint64_t id, bool stopping) {
    if (step_ == Step::begin && stopping) step_ = Step::done;
    switch (step_) {
        case Step::begin: return workload_.mix == Mix::receive_delete ? receive(id) : send(id);
        case Step::receive: return receive(id);
        case Step::remove: return remove(id);
        case Step::done: return {};
    }
    return {};
}

std::string_view Lane::send(std::uint64_t id) {
    auto& frame = frames_.send(queue_);
    frame.set_id(id);
    expected_id_ = id;
    kind_ = RequestKind::send;
    return frame.bytes();
}

std::string_view Lane::receive(std::uint64_t id) {
    const auto wanted = workload_.mix == Mix::receive_delete ? workload_.batch : to_receive_;
    asked_for_ = std::min(wanted, protocol::receive_messages_max);
    auto& frame = frames_.receive(queue_, asked_for_);
    frame.set_id(id);
    expected_id_ = id;
    kind_ = RequestKind::receive;
    return frame.bytes();
}

std::string_view Lane::remove(std::uint64_t id) {
    auto& frame = frames_.remove(queue_, received_, handle_bytes_);
    frame.set_id(id);
    for (std::size_t entry = 0; entry < received_; ++entry)
        frame.set_handle(entry, std::string_view(handles_).substr(entry * handle_bytes_, handle_bytes_));
    expected_id_ = id;
    kind_ = RequestKind::remove;
    return frame.bytes();
}

Done Lane::take(const wire::Reply& reply) {
    if (reply.id() != expected_id_) throw BenchError("The broker answered a request that was not made.");
    std::size_t messages = 0;
    switch (kind_) {
        case RequestKind::send: messages = take_sent(body_of<wire::SendResults>(reply, name_of(kind_))); break;
        case RequestKind::receive: take_received(body_of<wire::Messages>(reply, name_of(kind_))); break;
        case RequestKind::remove: messages = take_removed(body_of<wire::EntryResults>(reply, name_of(kind_))); break;
    }
    return {.messages = messages, .bytes = messages * workload_.body_bytes};
}

std::size_t Lane::take_sent(const wire::SendResults& answer) {
    const auto sent = check_entries(answer.results(), workload_.batch, "send");
    if (workload_.mix == Mix::send) {
        finish_cycle();
        return sent;
    }
    to_receive_ = sent;
    step_ = Step::receive;
    return 0;
}

void Lane::take_received(const wire::Messages& answer) {
    received_ = answer.messages() == nullptr ? 0 : answer.messages()->size();
    if (received_ == 0) {
        if (workload_.mix == Mix::receive_delete) step_ = Step::done;
        if (++empty_receives_ > empty_receives_max) throw BenchError("The broker hands out less than was sent.");
        return;
    }
    if (received_ > asked_for_) throw BenchError("The broker handed out more than was asked for.");
    empty_receives_ = 0;
    handles_.clear();
    handle_bytes_ = answer.messages()->Get(0)->receipt_handle()->size();
    for (const auto* message : *answer.messages()) {
        if (message->body() == nullptr || message->body()->size() != workload_.body_bytes)
            throw BenchError("A message came back with another length than it was sent with.");
        handles_.append(message->receipt_handle()->string_view());
    }
    if (handles_.size() != received_ * handle_bytes_) throw BenchError("Receipt handles are of different lengths.");
    step_ = Step::remove;
}

std::size_t Lane::take_removed(const wire::EntryResults& answer) {
    const auto removed = check_entries(answer.results(), received_, "delete");
    if (workload_.mix == Mix::cycle) to_receive_ -= removed;
    step_ = Step::receive;
    if (to_receive_ == 0) finish_cycle();
    return removed;
}

void Lane::finish_cycle() {
    step_ = Step::begin;
    queue_ = (queue_ + queue_step_) % workload_.queues.size();
}

}  // namespace tern::bench
