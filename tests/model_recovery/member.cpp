#include "tests/model_recovery/member.hpp"

#include <sstream>

namespace tern::recovery_model {

void Member::connect() {
    native::Subscribe wish;
    wish.pattern = wanted_.pattern;
    wish.durable.name = "work";
    wish.durable.in_flight_max = options_.in_flight_max;
    wish.durable.ack_wait = options_.ack_wait;
    subscribe(std::move(wish));
}

void Member::see(const std::string& line) {
    std::istringstream words(line);
    std::string kind, subject, at, handle, times, data;
    words >> kind >> subject >> at >> handle >> times >> data;
    if (kind == "subscribed") return;
    if (kind != "pub") throw Broken("a member is told: " + line);
    ++tally_.pushed;
    if (times != "x1") ++tally_.pushed_again;
    const bool patient = options_.patient && !deliveries_.patience_is_over;
    if (patient && deliveries_.acknowledged.contains(data)) throw Broken(data + " is pushed after its acknowledgement");
    if (patient && held_.size() >= options_.in_flight_max)
        throw Broken("a member is pushed more than it wants at once");
    deliveries_.given.insert(data);
    held_.push_back({data, handle});
}

Member::Held Member::take(SeededRandom& random) {
    const auto at = random.below(held_.size());
    const auto held = held_[at];
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(at));
    return held;
}

native::DurableSubscription* Member::subscription() {
    const auto found = subscriptions().durable(subscription_id);
    return found.has_value() ? *found : nullptr;
}

void Member::acknowledge(SeededRandom& random, std::size_t count) {
    if (!connected() || held_.empty() || subscription() == nullptr) return;
    std::vector<std::string_view> handles;
    auto& data = acknowledging_.emplace_back();
    for (; count > 0 && !held_.empty(); --count) {
        const auto held = take(random);
        data.push_back(held.data);
        deliveries_.attempted.insert(held.data);
        handles.push_back(handles_.emplace_back(held.handle));
    }
    subscription()->settle(handles);
    submit_asked(subscription()->acknowledge(handles));
    subscription()->receive_more();
}

void Member::reject(SeededRandom& random) {
    if (!connected() || held_.empty() || subscription() == nullptr) return;
    const auto held = take(random);
    acknowledging_.emplace_back();
    const std::vector<std::string_view> handles{handles_.emplace_back(held.handle)};
    subscription()->settle(handles);
    submit_asked(subscription()->reject(handles, Milliseconds(0)));
    subscription()->receive_more();
}

void Member::on_asked_answer(const engine::Answer& answer) {
    const auto data = std::move(acknowledging_.front());
    acknowledging_.pop_front();
    const auto* results = std::get_if<engine::EntryResults>(&answer.body);
    for (std::size_t i = 0; results != nullptr && i < data.size(); ++i) {
        if (results->results.at(i) != Errc::ok) continue;
        deliveries_.acknowledged.insert(data[i]);
        ++tally_.acknowledged;
    }
}

void Member::on_disconnected() {
    held_.clear();
    acknowledging_.clear();
}

}  // namespace tern::recovery_model
