#include "broker/frontends/native/subscription.hpp"

#include <algorithm>
#include <utility>

#include "broker/engine/subject.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

// Those who want to know of more ask by DescribePresence.
constexpr std::size_t members_told_max = 1000;

}  // namespace

Result<void> Subscription::join() {
    const auto& presence = wish_.presence;
    if ((presence.wanted || !presence.member.empty()) && !opened_.presence) return Errc::presence_not_enabled;

    side_.surroundings.topic_subscribers().subscribe(opened_.topic, wish_.pattern, *this);
    joined_ = true;
    if (!presence.member.empty()) {
        auto& surroundings = side_.surroundings;
        surroundings.presence().enter(opened_.topic, presence.member, presence.state, surroundings.now());
        surroundings.presence_changed();
        present_ = true;
    }
    return {};
}

void Subscription::tell_subscribed(std::uint64_t offset, bool recovered) {
    Subscribed subscribed{engine::topic_of(wish_.pattern), opened_.epoch, offset, recovered, std::nullopt};
    if (wish_.presence.wanted) {
        subscribed.members = side_.surroundings.presence().members(opened_.topic, members_told_max);
    }
    side_.writer.write(side_.to(id_), subscribed);
}

void Subscription::tell_gap(std::uint64_t from_offset, std::uint64_t to_offset, std::uint64_t dropped) {
    side_.writer.write(side_.to(id_), PublicationGap{opened_.epoch, from_offset, to_offset, dropped});
    side_.touch();
}

void Subscription::end(Errc status, std::string_view detail) {
    if (over_) return;
    side_.writer.write(side_.to(id_), SubscriptionEnded{status, detail});
    side_.touch();
    stop();
    over_ = true;
    ++side_.over;
}

void Subscription::want_turn() {
    if (over_ || std::exchange(pending_, true)) return;
    side_.pending.push_back(this);
    side_.touch();
}

void Subscription::on_presence(runtime::SharedPresenceChange& change) {
    if (over_ || !wish_.presence.wanted) return;
    // Changes cannot be left out: who misses one must begin anew.
    if (side_.outbox.bytes() >= 2 * side_.limits.bytes_max) return end(Errc::subscriber_too_slow, "presence");
    const auto& bytes = change.encodings.get({&side_.writer, id_}, [&] {
        std::string message;
        const auto status = side_.writer.write(ReplyTo{id_, message}, change.change);
        return status == Errc::ok ? std::make_shared<const std::string>(std::move(message)) : nullptr;
    });
    if (!bytes) return end(Errc::answer_too_large, "presence");
    side_.outbox.append_shared(bytes);
    side_.touch();
}

void Subscription::on_topic_deleted() {
    side_.surroundings.presence().forget(opened_.topic);
    present_ = false;
    end(Errc::topic_does_not_exist);
}

void Subscription::leave_presence() {
    if (!std::exchange(present_, false)) return;
    auto& surroundings = side_.surroundings;
    surroundings.presence().leave(opened_.topic, wish_.presence.member, surroundings.now());
    surroundings.presence_changed();
}

Result<void> Subscription::set_presence(const std::string& state) {
    if (!present_) return Errc::presence_not_enabled;
    if (state.size() > protocol::member_state_bytes_max) return Errc::member_invalid;
    auto& surroundings = side_.surroundings;
    surroundings.presence().set_state(opened_.topic, wish_.presence.member, state, surroundings.now());
    surroundings.presence_changed();
    return {};
}

void Subscription::stop() {
    if (std::exchange(joined_, false)) side_.surroundings.topic_subscribers().unsubscribe(wish_.pattern, *this);
    if (std::exchange(present_, false)) {
        auto& surroundings = side_.surroundings;
        surroundings.presence().lose(opened_.topic, wish_.presence.member, surroundings.now());
        surroundings.presence_changed();
    }
    if (std::exchange(pending_, false)) std::erase(side_.pending, this);
}

}  // namespace tern::native
