#include "tests/model_recovery/peer_session.hpp"

#include <algorithm>
#include <utility>

namespace tern::recovery_model {
namespace {

/// More clients than a run has.
constexpr std::uint64_t clients_max = 100;

}  // namespace

void PeerSession::subscribe(native::Subscribe&& wish) {
    outbox_ = std::make_unique<native::Outbox>();
    native::PushLimits limits;
    limits.bytes_max = 400;
    limits.replay_bytes_max = 300;
    native::TopicSurroundings& surroundings = *this;
    subscriptions_ = std::make_unique<native::SessionSubscriptions>(surroundings, writer_, *outbox_, limits);
    session_ = ++connections_ * clients_max + number_;
    broker_.receivers[session_] = this;
    const auto refusal = subscriptions_->subscribe(subscription_id, std::move(wish));
    if (refusal.status != Errc::ok) throw Broken("a subscription is refused");
}

void PeerSession::disconnect() {
    if (!connected()) return;
    broker_.receivers.erase(session_);
    subscriptions_.reset();
    broker_.submit({0, session_, 0}, engine::EndSession{});
    for (const auto& answer : outbox_->take_unwritten()) broker_.give_back(answer);
    outbox_.reset();
    unread_.clear();
    on_disconnected();
}

void PeerSession::read(std::size_t bytes_max) {
    if (!connected()) return;
    std::string bytes;
    for (const auto piece : outbox_->next_pieces(1)) bytes += piece;
    bytes.resize(std::min(bytes.size(), bytes_max));
    outbox_->written(bytes.size());
    unread_ += bytes;
    subscriptions_->proceed();
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
        const auto line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        see(line.substr(line.find(' ') + 1));
    }
}

void PeerSession::second_passed() {
    if (connected()) subscriptions_->on_second_passed(broker_.now);
}

void PeerSession::submit_asked(engine::Command&& command) {
    broker_.submit({0, session_, ++asked_}, std::move(command));
}

Result<void> PeerSession::submit_own(std::uint64_t request, engine::Command&& command) {
    broker_.submit({0, session_, request}, std::move(command));
    return {};
}

Result<engine::HistoryPiece> PeerSession::read_history(std::uint32_t topic, std::uint64_t offset,
                                                       const engine::HistoryLimits& limits) {
    const auto snapshot = broker_.store.begin_read();
    return engine::read_history(*snapshot, topic, offset, limits, broker_.ends->durable_end());
}

Result<std::uint64_t> PeerSession::find_in_history(std::uint32_t topic, Timestamp time) {
    const auto snapshot = broker_.store.begin_read();
    return engine::find_in_history(*snapshot, topic, time, broker_.ends->durable_end());
}

Result<engine::RetainedPiece> PeerSession::read_retained(std::uint32_t topic, const std::string& pattern,
                                                         const std::string& after,
                                                         const engine::HistoryLimits& limits) {
    const auto snapshot = broker_.store.begin_read();
    return engine::read_retained(*snapshot, topic, pattern, after, limits);
}

void PeerSession::on_own_answer(std::uint64_t request, engine::Answer&& answer) {
    if (request > asked_by_peer) return on_asked_answer(answer);
    if (const auto* opened = std::get_if<engine::TopicOpened>(&answer.body)) opened_epoch_ = opened->epoch;
    subscriptions_->on_own_answer(request, std::move(answer));
}

}  // namespace tern::recovery_model
