#include "broker/frontends/native/durable_subscription.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/native/pushed.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

DurableSubscription::~DurableSubscription() {
    if (receiving_) side_.cancel(*receiving_);
}

Result<void> DurableSubscription::begin() {
    if (const auto joined = join(); !joined.has_value()) return joined;
    tell_subscribed(opened_.end_offset, true);
    receive_more();
    return {};
}

bool DurableSubscription::proceed() {
    receive_more();
    return false;
}

void DurableSubscription::on_second_passed(Timestamp now) {
    std::erase_if(in_flight_, [now](const auto& entry) { return entry.second <= now; });
    resting_ = false;
    receive_more();
}

void DurableSubscription::receive_more() {
    if (over() || receiving_ || resting_ || in_flight_.size() >= wish_.durable.in_flight_max) return;
    if (!side_.has_room()) return want_turn();
    const auto window = wish_.durable.in_flight_max - in_flight_.size();
    engine::ReceiveMessages command;
    command.queue = opened_.durable_queue;
    command.messages_max = static_cast<std::int64_t>(std::min<std::size_t>(window, protocol::receive_messages_max));
    command.wait = Milliseconds(protocol::wait_ms_max);
    const auto asked = side_.ask(id_, std::move(command));
    if (asked.has_value()) {
        receiving_ = *asked;
    } else {
        resting_ = true;
    }
}

void DurableSubscription::on_own_answer(engine::Answer&& answer) {
    receiving_.reset();
    if (over()) return side_.surroundings.give_back(std::move(answer));
    switch (answer.status) {
        case Errc::ok: push(std::move(answer)); break;
        case Errc::queue_does_not_exist: return end(Errc::subscription_does_not_exist, wish_.durable.name);
        // Too much is going on, or the broker stops.
        default: resting_ = true; break;
    }
    receive_more();
}

void DurableSubscription::push(engine::Answer&& answer) {
    auto& messages = std::get<engine::Messages>(answer.body).messages;
    std::vector<engine::DurablePublication> stored;
    stored.reserve(messages.size());
    std::vector<PushedPublication> publications;
    for (const auto& message : messages) {
        auto publication = engine::read_durable_message(message.record);
        if (!publication) continue;
        stored.push_back(std::move(*publication));
        publications.push_back(pushed(stored.back().stored));
        publications.back().handle = message.receipt_handle;
        publications.back().delivery = message.receive_count;
    }
    if (publications.empty()) return;
    const auto status = side_.writer.write(side_.to(id_), std::span<const PushedPublication>(publications));
    if (status != Errc::ok) {
        // Too long together: fewer at once would do, but who takes them may speak another form.
        side_.surroundings.give_back(std::move(answer));
        return end(status);
    }
    for (const auto& message : messages) in_flight_.emplace(message.receipt_handle, message.available_at);
    for (std::size_t i = 0; i < publications.size(); ++i) side_.count_push();
    side_.outbox.remember(std::move(answer));
    side_.touch();
}

DurableSubscription::Settled DurableSubscription::settle(const std::vector<std::string_view>& handles) {
    Settled settled;
    settled.reserve(handles.size());
    for (const auto handle : handles) settled.push_back(in_flight_.extract(std::string(handle)));
    return settled;
}

void DurableSubscription::unsettle(Settled&& refused) {
    for (auto& node : refused) {
        if (!node.empty()) in_flight_.insert(std::move(node));
    }
}

engine::DeleteMessages DurableSubscription::acknowledge(const std::vector<std::string_view>& handles) const {
    engine::DeleteMessages command;
    command.queue = opened_.durable_queue;
    command.receipt_handles.assign(handles.begin(), handles.end());
    return command;
}

engine::ChangeVisibility DurableSubscription::reject(const std::vector<std::string_view>& handles,
                                                     Milliseconds delay) const {
    engine::ChangeVisibility command;
    command.queue = opened_.durable_queue;
    for (const auto handle : handles) command.changes.push_back({handle, delay});
    return command;
}

}  // namespace tern::native
