#include "broker/frontends/deliveries/dispatcher.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "broker/engine/hidden_names.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/metrics.hpp"
#include "protocol/limits.hpp"

namespace tern::deliveries {
namespace {

/// A message comes back by itself so long after the last moment at which its delivery can have ended.
constexpr Milliseconds grace = std::chrono::seconds(5);
/// What a delivery policy's limit is about.
constexpr Milliseconds throttled_time = std::chrono::seconds(1);

bool is_web(std::string_view protocol) {
    return protocol == "http" || protocol == "https";
}

/// Something that passes: the same can be asked again.
bool passes(Errc errc) {
    return errc == Errc::overloaded || errc == Errc::storage_full;
}

}  // namespace

Dispatcher::Dispatcher(runtime::Broker& broker, runtime::IoThread& thread, Poster& poster, DispatcherOptions options)
    : broker_(broker),
      thread_(thread),
      poster_(poster),
      options_(options) {
    thread_.set_endpoint_listener([this](const std::vector<engine::EndpointId>& endpoints) { add_lanes(endpoints); });
    boost::asio::post(thread_.context(), [this] { begin(); });
}

void Dispatcher::begin() {
    session_ = thread_.add(*this);
    add_lanes(engine::list_endpoints(*broker_.snapshot(), is_web));
}

void Dispatcher::add_lanes(const std::vector<engine::EndpointId>& endpoints) {
    if (stopped_) return;
    const auto snapshot = broker_.snapshot();
    for (const auto endpoint : endpoints) {
        Lane lane;
        if (endpoint == engine::farewells) {
            lane.queue = engine::hidden_names::farewell_queue();
        } else {
            auto described = engine::describe_endpoint(*snapshot, endpoint);
            if (!described || !is_web(described->subscription.protocol)) continue;
            lane.begun_max = policy_of(*described).deliveries_per_second_max;
            lane.queue = std::move(described->subscription.queue);
        }
        if (lanes_.emplace(endpoint, std::move(lane)).second) receive_more(endpoint);
    }
}

bool Dispatcher::submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame, std::size_t bytes) {
    const engine::Ticket ticket{thread_.io_thread(), session_, request};
    return broker_.submit(ticket, std::move(command), std::move(frame), bytes).has_value();
}

std::size_t Dispatcher::room_of(const Lane& lane) const {
    const auto room =
        options_.in_flight_per_endpoint_max - std::min(lane.in_flight, options_.in_flight_per_endpoint_max);
    if (!lane.begun_max) return room;
    return std::min<std::size_t>(room, *lane.begun_max - std::min<std::size_t>(lane.begun, *lane.begun_max));
}

/// The first of a second begins it; at its end the lane goes on.
void Dispatcher::count_begun(engine::EndpointId endpoint, Lane& lane) {
    if (!lane.begun_max || lane.begun++ > 0) return;
    poster_.call_later(throttled_time, [this, endpoint] {
        const auto found = lanes_.find(endpoint);
        if (found == lanes_.end()) return;
        found->second.begun = 0;
        receive_more(endpoint);
    });
}

void Dispatcher::receive_more(engine::EndpointId endpoint) {
    const auto found = lanes_.find(endpoint);
    if (found == lanes_.end() || stopped_) return;
    auto& lane = found->second;
    const auto room = room_of(lane);
    if (lane.receiving || lane.resting || room == 0) return;
    if (deliveries_.size() >= options_.in_flight_max) {
        if (!std::exchange(lane.waiting, true)) waiting_.push_back(endpoint);
        return;
    }
    engine::ReceiveMessages command;
    command.queue = lane.queue;
    command.messages_max = static_cast<std::int64_t>(std::min(room, protocol::receive_messages_max));
    command.visibility_timeout = poster_.patience() + grace;
    command.wait = Milliseconds(protocol::wait_ms_max);
    const auto request = ++numbers_;
    if (!submit(request, std::move(command), nullptr, 0)) return rest(endpoint);
    receives_.emplace(request, endpoint);
    lane.receiving = true;
}

void Dispatcher::rest(engine::EndpointId endpoint) {
    const auto found = lanes_.find(endpoint);
    if (found == lanes_.end()) return;
    found->second.resting = true;
    poster_.call_later(options_.rest, [this, endpoint] {
        const auto rested = lanes_.find(endpoint);
        if (rested == lanes_.end()) return;
        rested->second.resting = false;
        receive_more(endpoint);
    });
}

void Dispatcher::on_answer(std::uint64_t request, engine::Answer&& answer) {
    if (auto received = receives_.extract(request)) return on_received(received.mapped(), std::move(answer));
    if (const auto settled = settlements_.extract(request)) on_settled(settled.mapped(), answer);
}

void Dispatcher::on_received(engine::EndpointId endpoint, engine::Answer&& answer) {
    const auto found = lanes_.find(endpoint);
    if (found != lanes_.end()) found->second.receiving = false;
    if (answer.status == Errc::queue_does_not_exist) {
        // The subscription has ended.
        lanes_.erase(endpoint);
        return;
    }
    // Too much is going on, or the broker stops.
    if (answer.status != Errc::ok) return rest(endpoint);
    deliver_all(endpoint, std::move(answer));
    receive_more(endpoint);
}

void Dispatcher::deliver_all(engine::EndpointId endpoint, engine::Answer&& answer) {
    auto& messages = std::get<engine::Messages>(answer.body).messages;
    if (messages.empty()) return;
    // Other lanes may have taken the places while this one waited for messages.
    if (stopped_ || deliveries_.size() + messages.size() > options_.in_flight_max + protocol::receive_messages_max)
        return thread_.give_back(std::move(answer));
    const auto snapshot = broker_.snapshot();
    const auto description = engine::describe_endpoint(*snapshot, endpoint);
    const auto policy = description ? policy_of(*description) : DeliveryPolicy{};
    if (const auto lane = lanes_.find(endpoint); lane != lanes_.end() && description)
        lane->second.begun_max = policy.deliveries_per_second_max;
    for (auto& message : messages) deliver(endpoint, std::move(message), description ? &*description : nullptr, policy);
}

void Dispatcher::deliver(engine::EndpointId endpoint, engine::ReceivedMessage&& message,
                         const engine::EndpointDescription* description, const DeliveryPolicy& policy) {
    const auto found = lanes_.find(endpoint);
    if (found == lanes_.end()) return;
    ++found->second.in_flight;
    count_begun(endpoint, found->second);
    broker_.metrics().endpoint_deliveries_in_flight.add();
    const auto number = ++numbers_;
    auto& delivery = deliveries_[number];
    delivery = {endpoint, found->second.queue, std::move(message)};
    const auto outgoing = Outgoing::read(delivery.message.record, description, policy);
    auto post = outgoing ? outgoing->post() : std::nullopt;
    if (!post) return on_outcome(number, {Verdict::failed_for_good, "there is nothing that can be delivered"});
    poster_.post(std::move(*post), [this, number](PostOutcome&& outcome) { on_outcome(number, std::move(outcome)); });
}

void Dispatcher::on_outcome(std::uint64_t number, PostOutcome&& outcome) {
    const auto found = deliveries_.find(number);
    if (found == deliveries_.end() || stopped_) return;
    decide(found->second, outcome);
    settle(number);
}

void Dispatcher::decide(Delivery& delivery, const PostOutcome& outcome) {
    delivery.ending = Ending::delivered;
    if (outcome.verdict == Verdict::delivered) {
        if (const auto found = lanes_.find(delivery.endpoint); found != lanes_.end()) found->second.failing = false;
        return;
    }
    // As the subscription is now.
    const auto snapshot = broker_.snapshot();
    const auto description = engine::describe_endpoint(*snapshot, delivery.endpoint);
    const auto outgoing = Outgoing::read(delivery.message.record, description ? &*description : nullptr);
    const auto attempt = delivery.message.receive_count;
    if (outgoing && outcome.verdict == Verdict::failed_for_now && attempt <= outgoing->policy().retries) {
        delivery.ending = Ending::retried;
        delivery.retry_in = outgoing->policy().delay_before_retry(attempt);
        return;
    }
    delivery.ending = Ending::dropped;
    if (!outgoing) return;
    delivery.dead_letter_queue = outgoing->dead_letter_queue();
    log_failure(delivery, *outgoing, outcome.reason);
    if (!delivery.dead_letter_queue) return;
    delivery.ending = Ending::dead_lettered;
    delivery.letter = outgoing->dead_letter();
}

/// Once until a delivery succeeds: an endpoint that is gone shall not fill the log.
void Dispatcher::log_failure(const Delivery& delivery, const Outgoing& outgoing, const std::string& reason) {
    const auto found = lanes_.find(delivery.endpoint);
    const bool known = found != lanes_.end() && std::exchange(found->second.failing, true);
    const auto& queue = delivery.dead_letter_queue;
    broker_.log().write(known ? runtime::LogLevel::debug : runtime::LogLevel::warning,
                        "a delivery to an endpoint has failed for good",
                        {{"subscription", outgoing.subscription_arn()},
                         {"endpoint", outgoing.place()},
                         {"attempts", delivery.message.receive_count},
                         {"reason", reason},
                         {"dead_letter_queue", queue ? queue->name : std::string()}});
}

void Dispatcher::settle(std::uint64_t number) {
    const auto found = deliveries_.find(number);
    if (found == deliveries_.end() || stopped_) return;
    const auto& [endpoint, queue, message, ending, retry_in, dead_letter_queue, letter] = found->second;
    const auto& handle = message.receipt_handle;
    auto settlement = ending == Ending::retried         ? try_again_in(retry_in, queue, handle)
                      : ending == Ending::dead_lettered ? bury(*dead_letter_queue, letter, queue, handle)
                                                        : delete_message(queue, handle);
    const auto request = ++numbers_;
    if (submit(request, std::move(settlement.command), std::move(settlement.frame), settlement.bytes)) {
        settlements_.emplace(request, number);
    } else {
        poster_.call_later(options_.rest, [this, number] { settle(number); });
    }
}

void Dispatcher::on_settled(std::uint64_t number, const engine::Answer& answer) {
    const auto found = deliveries_.find(number);
    if (found == deliveries_.end()) return;
    auto& delivery = found->second;
    if (passes(answer.status)) {
        poster_.call_later(options_.rest, [this, number] { settle(number); });
        return;
    }
    if (delivery.ending == Ending::dead_lettered && answer.detail.starts_with("sends")) {
        broker_.log().warning("the dead-letter queue of an endpoint takes no message; it is dropped",
                              {{"dead_letter_queue", delivery.dead_letter_queue->name}});
        delivery.ending = Ending::dropped;
        return settle(number);
    }
    // Else the queue, or the message, has gone meanwhile.
    if (answer.status == Errc::ok) count(delivery.ending);
    end_delivery(number);
}

void Dispatcher::count(Ending ending) {
    auto& metrics = broker_.metrics();
    switch (ending) {
        case Ending::delivered: return metrics.endpoint_deliveries.add();
        case Ending::retried: return metrics.endpoint_deliveries_retried.add();
        case Ending::dead_lettered:
        case Ending::dropped: return metrics.endpoint_deliveries_failed.add();
    }
}

void Dispatcher::end_delivery(std::uint64_t number) {
    const auto ended = deliveries_.extract(number);
    const auto endpoint = ended.mapped().endpoint;
    broker_.metrics().endpoint_deliveries_in_flight.subtract();
    if (const auto found = lanes_.find(endpoint); found != lanes_.end()) --found->second.in_flight;
    receive_more(endpoint);
    while (!waiting_.empty() && deliveries_.size() < options_.in_flight_max) {
        const auto next = waiting_.front();
        waiting_.pop_front();
        if (const auto found = lanes_.find(next); found != lanes_.end()) found->second.waiting = false;
        receive_more(next);
    }
}

void Dispatcher::on_shutdown() {
    stopped_ = true;
    poster_.stop();
    engine::Messages unfinished;
    for (auto& [number, delivery] : deliveries_) unfinished.messages.push_back(std::move(delivery.message));
    broker_.metrics().endpoint_deliveries_in_flight.subtract(deliveries_.size());
    deliveries_.clear();
    // Its long polls end first, or they would be given what is given back.
    thread_.remove(session_);
    thread_.give_back({Errc::ok, {}, std::move(unfinished)});
}

}  // namespace tern::deliveries
