#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tern/detail/operations.hpp"
#include "tern/error.hpp"

/// How an operation travels from the caller's completion token to the session and back. Not for use by applications.
namespace tern::detail {

/// Calls a completion handler once, on its own executor, never inside the call that started the operation.
template <class T>
class Completion {
public:
    virtual ~Completion() = default;
    virtual void complete(Outcome<T>&& outcome) = 0;
};

template <class T, class Handler>
class CompletionOf final : public Completion<T> {
public:
    CompletionOf(Handler handler, const boost::asio::any_io_executor& fallback)
        : executor_(
              boost::asio::prefer(boost::asio::any_io_executor(boost::asio::get_associated_executor(handler, fallback)),
                                  boost::asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)) {}

    void complete(Outcome<T>&& outcome) override {
        auto executor = executor_;
        boost::asio::post(executor, [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) slot.clear();
            std::move(handler)(std::move(outcome));
        });
    }

private:
    boost::asio::any_io_executor executor_;
    Handler handler_;
};

/// A request as the session sees it: bytes to write, and somebody to tell.
class Request {
public:
    virtual ~Request() = default;
    virtual void succeed(std::string_view reply) = 0;
    virtual void fail(const Error& error) = 0;
    /// Whether more replies follow this one, on this connection: a subscription. It ends with `fail`, or when `push`
    /// says so.
    virtual bool lasts(std::string_view /*reply*/) const { return false; }
    /// One more reply; false when it was the last one.
    virtual bool push(std::string_view /*reply*/) { return false; }

    std::uint64_t id = 0;
    std::string frame;
    bool idempotent = false;
    std::chrono::milliseconds wait{0};
};

template <class T>
class RequestOf final : public Request {
public:
    RequestOf(Operation<T>&& operation, std::unique_ptr<Completion<T>> completion)
        : read_(operation.read),
          completion_(std::move(completion)) {
        id = operation.id;
        frame = std::move(operation.frame);
        idempotent = operation.idempotent;
        wait = operation.wait;
    }
    void succeed(std::string_view reply) override { completion_->complete(read_(reply)); }
    void fail(const Error& error) override { completion_->complete(error); }

private:
    Outcome<T> (*read_)(std::string_view);
    std::unique_ptr<Completion<T>> completion_;
};

class Session;

boost::asio::any_io_executor executor_of(const Session& session);
/// Hands a request to the session; from any thread.
void submit(const std::shared_ptr<Session>& session, std::unique_ptr<Request> request);
/// Cancels a request: not yet written, it fails as cancelled; written, the broker is asked to end its wait.
void cancel(const std::weak_ptr<Session>& session, std::uint64_t request);

template <class T, class Token>
auto start(const std::shared_ptr<Session>& session, Operation<T> operation, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<T>)>(
        [](auto handler, std::shared_ptr<Session> to, Operation<T> what) {
            using Handler = decltype(handler);
            const auto id = what.id;
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([weak = std::weak_ptr<Session>(to), id](boost::asio::cancellation_type type) {
                    if (type != boost::asio::cancellation_type::none) cancel(weak, id);
                });
            }
            auto completion = std::make_unique<CompletionOf<T, Handler>>(std::move(handler), executor_of(*to));
            submit(to, std::make_unique<RequestOf<T>>(std::move(what), std::move(completion)));
        },
        token, session, std::move(operation));
}

}  // namespace tern::detail
