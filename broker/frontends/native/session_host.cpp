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
    thread_.remove(session_);
    core_.abandon();
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

void SessionHost::give_back(engine::Answer&& answer) {
    thread_.give_back(std::move(answer));
}

}  // namespace tern::native
