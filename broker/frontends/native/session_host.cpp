#include "broker/frontends/native/session_host.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "broker/frontends/native/queries.hpp"

namespace tern::native {

SessionHost::SessionHost(std::shared_ptr<SharedContext> context, runtime::IoThread& thread, Codec& codec)
    : context_(std::move(context)),
      thread_(thread),
      codec_(codec),
      core_(*this, codec, context_->limits),
      session_(thread.add(*this)) {}

void SessionHost::on_answer(std::uint64_t request, engine::Answer&& answer) {
    core_.on_answer(request, std::move(answer));
}

void SessionHost::on_fetch_due(std::uint64_t id, bool over) {
    core_.on_fetch_due(id, over);
}

void SessionHost::leave_broker() {
    left_ = true;
    core_.abandon();
    thread_.remove(session_);
    if (own_session_) thread_.remove(*own_session_);
    for (auto& answer : core_.take_unwritten()) thread_.give_back(std::move(answer));
}

Result<void> SessionHost::submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame,
                                 std::size_t frame_bytes) {
    const engine::Ticket ticket{thread_.io_thread(), session_, request};
    return context_->broker.submit(ticket, std::move(command), std::move(frame), frame_bytes);
}

void SessionHost::answer(ReplyTo to, const Query& query) {
    answer_query(context_->broker, context_->started_at, codec_.writer(), to, query);
}

engine::Fetched SessionHost::read(const Fetch& fetch) {
    return read_streams(context_->broker, fetch);
}

Result<void> SessionHost::begin_backup(std::uint64_t request, const std::string& path) {
    auto done = [weak = weak_from_this(), request, executor = thread_.context().get_executor()](BackupEnd&& end) {
        boost::asio::post(executor, [weak, request, end = std::move(end)] {
            const auto self = weak.lock();
            if (!self || self->left_) return;
            self->core_.on_backup_done(request, end.bytes, end.failure);
            self->on_output();
        });
    };
    return context_->backups.begin(context_->broker.store(), path, std::move(done));
}

Result<void> SessionHost::submit_own(std::uint64_t request, engine::Command&& command) {
    if (!own_session_) own_session_ = thread_.add(own_answers_);
    return context_->broker.submit({thread_.io_thread(), *own_session_, request}, std::move(command), nullptr, 0);
}

// The snapshot begins before what is durable is asked for, as in read_streams.

Result<engine::HistoryPiece> SessionHost::read_history(std::uint32_t topic, std::uint64_t offset,
                                                       const engine::HistoryLimits& limits) {
    const auto snapshot = context_->broker.snapshot();
    return engine::read_history(*snapshot, topic, offset, limits, context_->broker.durable_end());
}

Result<std::uint64_t> SessionHost::find_in_history(std::uint32_t topic, Timestamp time) {
    const auto snapshot = context_->broker.snapshot();
    return engine::find_in_history(*snapshot, topic, time, context_->broker.durable_end());
}

Result<engine::RetainedPiece> SessionHost::read_retained(std::uint32_t topic, const std::string& pattern,
                                                         const std::string& after,
                                                         const engine::HistoryLimits& limits) {
    const auto snapshot = context_->broker.snapshot();
    return engine::read_retained(*snapshot, topic, pattern, after, limits);
}

void SessionHost::ask_for_turn() {
    if (std::exchange(turn_asked_, true)) return;
    boost::asio::post(thread_.context(), [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->left_) return;
        self->turn_asked_ = false;
        self->core_.on_turn();
        self->on_turn();
    });
}

void SessionHost::give_back(engine::Answer&& answer) {
    thread_.give_back(std::move(answer));
}

}  // namespace tern::native
