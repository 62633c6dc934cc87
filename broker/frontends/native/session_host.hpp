#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/frontends/native/codec.hpp"
#include "broker/frontends/native/session_core.hpp"
#include "broker/frontends/native/shared_context.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/io_threads.hpp"

namespace tern::native {

/// A session core with the broker around it, for connections of any transport to stand on. Lives on one I/O thread.
class SessionHost : public runtime::AnswerReceiver,
                    private SessionSurroundings,
                    public std::enable_shared_from_this<SessionHost> {
public:
    void on_answer(std::uint64_t request, engine::Answer&& answer) override;
    /// A transport writes what there is, after this.
    void on_answers_told() override { core_.on_told(); }
    void on_fetch_due(std::uint64_t id, bool over) override;

protected:
    SessionHost(std::shared_ptr<SharedContext> context, runtime::IoThread& thread, Codec& codec);
    ~SessionHost() override = default;

    SessionCore& core() { return core_; }
    const SessionCore& core() const { return core_; }
    SharedContext& context() { return *context_; }
    runtime::IoThread& thread() { return thread_; }
    std::uint64_t session() const override { return session_; }
    /// About once a second, by the transport.
    void second_passed() { core_.on_second_passed(now()); }
    /// The connection is over: nothing is told to it any more, and what did not leave is given back. Once.
    void leave_broker();

private:
    /// Something was told to the core outside of a hand-over: there may be output, or the session ends.
    virtual void on_output() = 0;
    /// The same, and requests may be wanted again.
    virtual void on_turn() = 0;

    /// Where answers to what subscriptions ask by themselves come: their numbers are apart from those of the peer.
    struct OwnAnswers final : runtime::AnswerReceiver {
        explicit OwnAnswers(SessionHost& host) : host(host) {}
        void on_answer(std::uint64_t request, engine::Answer&& answer) override {
            host.core_.on_own_answer(request, std::move(answer));
        }
        void on_answers_told() override { host.on_answers_told(); }
        SessionHost& host;
    };

    Result<void> submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame,
                        std::size_t frame_bytes) override;
    void answer(ReplyTo to, const Query& query) override;
    Result<void> begin_backup(std::uint64_t request, const std::string& path) override;
    void give_back(engine::Answer&& answer) override;
    std::string_view broker_name() const override { return context_->broker_name; }
    engine::Fetched read(const Fetch& fetch) override;
    runtime::WaitingFetches& waiting_fetches() override { return thread_.waiting_fetches(); }
    Timestamp now() const override { return context_->broker.now(); }

    Result<void> submit_own(std::uint64_t request, engine::Command&& command) override;
    Result<engine::HistoryPiece> read_history(std::uint32_t topic, std::uint64_t offset,
                                              const engine::HistoryLimits& limits) override;
    Result<std::uint64_t> find_in_history(std::uint32_t topic, Timestamp time) override;
    Result<engine::RetainedPiece> read_retained(std::uint32_t topic, const std::string& pattern,
                                                const std::string& after, const engine::HistoryLimits& limits) override;
    runtime::TopicSubscribers& topic_subscribers() override { return thread_.topic_subscribers(); }
    runtime::Presence& presence() override { return context_->broker.presence(); }
    void presence_changed() override { thread_.presence_changed(); }
    runtime::Metrics& metrics() override { return context_->broker.metrics(); }
    void touch() override { thread_.touch(*this); }
    void ask_for_turn() override;

    const std::shared_ptr<SharedContext> context_;
    runtime::IoThread& thread_;
    Codec& codec_;
    SessionCore core_;
    const std::uint64_t session_;
    OwnAnswers own_answers_{*this};
    /// Of own_answers_, once something was asked.
    std::optional<std::uint64_t> own_session_;
    bool turn_asked_ = false;
    bool left_ = false;
};

}  // namespace tern::native
