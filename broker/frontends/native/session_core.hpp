#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/frontends/native/codec.hpp"
#include "broker/frontends/native/outbox.hpp"
#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/frontends/native/session_fetches.hpp"
#include "broker/frontends/native/session_subscriptions.hpp"
#include "broker/frontends/native/topic_surroundings.hpp"
#include "broker/runtime/broker.hpp"
#include "protocol/framing.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

struct SessionLimits {
    std::size_t frame_bytes_max = protocol::frame_bytes_max;
    std::size_t requests_in_flight_max = protocol::requests_in_flight_max;
    /// With so much unwritten, no further request is read.
    std::size_t unwritten_bytes_max = 1u << 20;
    /// With so much unwritten, messages on their way to this session are given back, and their receives are answered
    /// with overloaded. What requests are already running can add beyond it is small.
    std::size_t unwritten_messages_bytes_max = 64u << 20;
    /// What all sessions of the front end together may hold of requests that are not whole yet, or wait for their turn.
    std::size_t unfinished_bytes_max = 256u << 20;
    /// What is pushed is bounded on its own: requests are read while it waits.
    PushLimits pushes{};
};

/// What a session asks of the broker around it. Two implementations: a connection, and a script in tests.
class SessionSurroundings : public FetchSurroundings, public TopicSurroundings {
public:
    Timestamp now() const override = 0;
    /// As runtime::Broker::submit, for this session.
    virtual Result<void> submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame,
                                std::size_t frame_bytes) = 0;
    /// Appends the answer to a query.
    virtual void answer(ReplyTo to, const Query& query) = 0;
    /// Begins a backup, whose end is told by SessionCore::on_backup_done. Errors: backup_in_progress, path_invalid.
    virtual Result<void> begin_backup(std::uint64_t request, const std::string& path) = 0;
    void give_back(engine::Answer&& answer) override = 0;
    /// The broker's name and version, for the welcome.
    virtual std::string_view broker_name() const = 0;
};

/// One session of the protocol, without sockets and in any of its wire forms: requests in, commands to the broker;
/// answers in, bytes out. protocol/README.md describes what it speaks.
class SessionCore {
public:
    SessionCore(SessionSurroundings& surroundings, Codec& codec, SessionLimits limits = {});

    /// Executes a request, without the length in front of it; only while wants_requests() holds.
    void on_request(protocol::FrameBytes&& bytes);
    /// False while the peer does not read its answers, while others have their turn, and once the session ends.
    bool wants_requests() const { return !ending_ && !turn_over_ && has_room(); }
    /// How long the next request may be.
    std::size_t request_bytes_max() const {
        return greeted_ ? limits_.frame_bytes_max : protocol::hello_frame_bytes_max;
    }
    /// What came is no request of the protocol: tells the peer why, and ends the session.
    void fail(Errc status) { end_for_fault(0, status); }

    void on_answer(std::uint64_t request, engine::Answer&& answer);
    void on_backup_done(std::uint64_t request, const Result<std::uint64_t>& bytes, std::string_view failure);
    /// A fetch that waits is to be looked at again. It is read when there is room for its answer.
    void on_fetch_due(std::uint64_t id, bool over);
    /// The answer to what a subscription has asked by itself (TopicSurroundings::submit_own).
    void on_own_answer(std::uint64_t request, engine::Answer&& answer);
    /// All was told that was handed over together: before it is written (TopicSurroundings::touch).
    void on_told();
    /// A turn that was asked for (TopicSurroundings::ask_for_turn); requests may be wanted again.
    void on_turn() {
        turn_over_ = false;
        work_ = 0;
        subscriptions_.proceed();
    }
    /// About once a second.
    void on_second_passed(Timestamp now) { subscriptions_.on_second_passed(now); }
    /// The broker stops: no further requests. What still waits is told so; the session ends when all was written.
    void end();
    /// The connection is gone: nothing waits any more.
    void abandon() {
        fetches_.forget_all();
        subscriptions_.end_all();
    }

    /// As Outbox::next_pieces.
    std::span<const std::string_view> next_pieces(std::size_t bytes_max) { return outbox_.next_pieces(bytes_max); }
    /// So much of it was written. Goes on with answers that had to wait for it; requests may be wanted again.
    void written(std::size_t bytes);
    bool has_output() const { return !outbox_.empty(); }
    /// Answers with messages that never left, to be given back when the connection ends.
    std::vector<engine::Answer> take_unwritten() { return outbox_.take_unwritten(); }

    bool ending() const { return ending_; }
    bool greeted() const { return greeted_; }
    /// Why the session was ended by us; ok when it was not.
    Errc fault() const { return fault_; }
    /// What the hello told about the peer.
    const std::string& client() const { return client_; }
    std::uint64_t requests() const { return requests_; }
    /// Requests that are not answered yet; past SessionLimits::requests_in_flight_max further ones are refused.
    std::size_t in_flight() const { return in_flight_; }

private:
    bool has_room() const {
        const auto pushes = subscriptions_.size() > 0 ? limits_.pushes.bytes_max : 0;
        return outbox_.bytes() < limits_.unwritten_bytes_max + pushes;
    }
    void count_work(const Demand& demand);
    void on_hello(std::uint64_t request, const Hello& hello);
    void greet(std::uint64_t request, const Demand& demand);
    /// Whether it is on its way; refused otherwise.
    bool execute(std::uint64_t request, engine::Command&& command, protocol::FrameBytes&& frame);
    void begin_backup(std::uint64_t request, const Backup& backup);
    void subscribe(std::uint64_t request, Subscribe&& wish);
    void acknowledge(std::uint64_t request, const Acknowledge& wish, protocol::FrameBytes&& bytes);
    void settle(std::uint64_t request, DurableSubscription& durable, DurableSubscription::Settled&& these,
                engine::Command&& command, protocol::FrameBytes&& bytes);
    void reject(std::uint64_t request, const Reject& wish, protocol::FrameBytes&& bytes);
    void answer_done(std::uint64_t request, const Result<void>& done);
    void begin_fetch(std::uint64_t request, Fetch&& fetch);
    void answer_fetch(SessionFetches::Answer&& answer);
    void answer_due_fetches();
    void answer_messages(std::uint64_t request, engine::Answer&& answer);
    void refuse(std::uint64_t request, Errc status, std::string_view detail = {});
    /// Tells the peer why, and ends the session.
    void end_for_fault(std::uint64_t request, Errc status);
    ReplyTo to(std::uint64_t request) {
        outbox_.begin_message();
        return {request, outbox_.end()};
    }

    SessionSurroundings& surroundings_;
    Codec& codec_;
    ReplyWriter& writer_;
    const SessionLimits limits_;
    Outbox outbox_;
    SessionFetches fetches_;
    SessionSubscriptions subscriptions_;
    std::size_t in_flight_ = 0;
    std::uint64_t requests_ = 0;
    /// Since the last turn, and whether it is somebody else's now.
    std::size_t work_ = 0;
    bool turn_over_ = false;
    bool greeted_;
    bool ending_ = false;
    Errc fault_ = Errc::ok;
    std::string client_;
};

}  // namespace tern::native
