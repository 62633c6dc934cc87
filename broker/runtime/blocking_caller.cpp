#include "broker/runtime/blocking_caller.hpp"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

namespace tern::runtime {

BlockingCaller::~BlockingCaller() {
    std::promise<void> removed;
    boost::asio::post(thread_.context(), [&] {
        if (session_) thread_.remove(*session_);
        removed.set_value();
    });
    removed.get_future().wait();
}

engine::Answer BlockingCaller::execute(engine::Command&& command) {
    promise_ = {};
    auto answer = promise_.get_future();
    boost::asio::post(thread_.context(), [this, command = std::make_shared<engine::Command>(std::move(command))] {
        if (!session_) session_ = thread_.add(*this);
        const engine::Ticket ticket{thread_.io_thread(), *session_, ++requests_};
        const auto submitted = broker_.submit(ticket, std::move(*command), nullptr, 0);
        if (!submitted.has_value()) promise_.set_value(engine::Answer{submitted.error(), {}, {}});
    });
    return answer.get();
}

void BlockingCaller::on_answer(std::uint64_t, engine::Answer&& answer) {
    promise_.set_value(std::move(answer));
}

}  // namespace tern::runtime
