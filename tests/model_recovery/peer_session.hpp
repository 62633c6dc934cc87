#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "broker/frontends/native/session_subscriptions.hpp"
#include "broker/runtime/presence.hpp"
#include "tests/model_recovery/recovery_broker.hpp"
#include "tests/model_recovery/truth.hpp"
#include "tests/unit/native/text_writer.hpp"

namespace tern::recovery_model {

/// A client with one subscription and the session that serves it, as long as it is connected.
class PeerSession : private native::TopicSurroundings, private RecoveryBroker::Receiver {
public:
    PeerSession(RecoveryBroker& broker, std::uint64_t number) : broker_(broker), number_(number) {}
    ~PeerSession() override = default;

    bool connected() const { return subscriptions_ != nullptr; }
    bool all_read() const { return outbox_->empty(); }
    /// What is on its way is lost.
    void disconnect();
    /// Reads a part of what there is.
    void read(std::size_t bytes_max);
    void second_passed();

protected:
    static constexpr std::uint64_t subscription_id = 1;

    void subscribe(native::Subscribe&& wish);
    /// A command of the peer's, not of its subscription.
    void submit_asked(engine::Command&& command);
    native::SessionSubscriptions& subscriptions() { return *subscriptions_; }
    /// Of the topic, as the session was told.
    const std::string& opened_epoch() const { return opened_epoch_; }
    Timestamp now() const override { return broker_.now; }

    /// A line that came, without the subscription's id.
    virtual void see(const std::string& line) = 0;
    virtual void on_asked_answer(const engine::Answer& /*answer*/) {}
    virtual void on_disconnected() {}

private:
    /// Above what subscriptions ask for themselves.
    static constexpr std::uint64_t asked_by_peer = std::uint64_t{1} << 60;

    Result<void> submit_own(std::uint64_t request, engine::Command&& command) override;
    void give_back(engine::Answer&& answer) override { broker_.give_back(answer); }
    Result<engine::HistoryPiece> read_history(std::uint32_t topic, std::uint64_t offset,
                                              const engine::HistoryLimits& limits) override;
    Result<std::uint64_t> find_in_history(std::uint32_t topic, Timestamp time) override;
    Result<engine::RetainedPiece> read_retained(std::uint32_t topic, const std::string& pattern,
                                                const std::string& after, const engine::HistoryLimits& limits) override;
    runtime::TopicSubscribers& topic_subscribers() override { return *broker_.hub; }
    runtime::Presence& presence() override { return presence_; }
    void presence_changed() override {}
    runtime::Metrics& metrics() override { return broker_.metrics; }
    void touch() override {}
    void ask_for_turn() override {}
    void on_own_answer(std::uint64_t request, engine::Answer&& answer) override;
    void on_told() override { subscriptions_->on_told(); }

    RecoveryBroker& broker_;
    const std::uint64_t number_;
    std::uint64_t connections_ = 0;
    std::uint64_t session_ = 0;
    std::uint64_t asked_ = asked_by_peer;
    runtime::Counter members_;
    runtime::Presence presence_{members_};
    native::TextWriter writer_;
    std::unique_ptr<native::Outbox> outbox_;
    std::unique_ptr<native::SessionSubscriptions> subscriptions_;
    std::string opened_epoch_;
    std::string unread_;
};

}  // namespace tern::recovery_model
