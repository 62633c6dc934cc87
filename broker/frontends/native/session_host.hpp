#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

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
    void on_fetch_due(std::uint64_t id, bool over) override;

protected:
    SessionHost(std::shared_ptr<SharedContext> context, runtime::IoThread& thread, Codec& codec);
    ~SessionHost() override = default;

    SessionCore& core() { return core_; }
    const SessionCore& core() const { return core_; }
    SharedContext& context() { return *context_; }
    runtime::IoThread& thread() { return thread_; }
    std::uint64_t session() const override { return session_; }
    /// The connection is over: nothing is told to it any more, and what did not leave is given back. Once.
    void leave_broker();

private:
    /// Something was told to the core outside of a hand-over: there may be output, or the session ends.
    virtual void on_output() = 0;

    Result<void> submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame,
                        std::size_t frame_bytes) override;
    void answer(ReplyTo to, const Query& query) override;
    Result<void> begin_backup(std::uint64_t request, const std::string& path) override;
    void give_back(engine::Answer&& answer) override;
    std::string_view broker_name() const override { return context_->broker_name; }
    engine::Fetched read(const Fetch& fetch) override;
    runtime::WaitingFetches& waiting_fetches() override { return thread_.waiting_fetches(); }
    Timestamp now() const override { return context_->broker.now(); }

    const std::shared_ptr<SharedContext> context_;
    runtime::IoThread& thread_;
    Codec& codec_;
    SessionCore core_;
    const std::uint64_t session_;
    bool left_ = false;
};

}  // namespace tern::native
