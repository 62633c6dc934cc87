#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/limits.hpp"
#include "tern/client_options.hpp"
#include "tern/detail/request.hpp"
#include "tern/error.hpp"

namespace tern::detail {

/// The connection of a client and the requests that go over it: writes them, matches answers, reconnects. Everything
/// but submit, cancel and close happens on one strand.
///
/// A request is `unsent` until its last byte was handed to the operating system, then `unanswered` until its reply
/// came. When the connection is lost, the unsent wait for the next one; the unanswered go back to the unsent when they
/// may be repeated, and fail as perhaps executed when not. A subscription lasts until the connection is lost: whoever
/// made it makes it anew.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(const boost::asio::any_io_executor& executor, ClientOptions options);

    boost::asio::any_io_executor executor() const { return executor_; }
    std::uint64_t next_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

    /// From any thread.
    void submit(std::unique_ptr<Request> request);
    void cancel(std::uint64_t request);
    /// Lets go of a subscription: what the broker still pushes for it goes nowhere.
    void forget_subscription(std::uint64_t request);
    void close();

private:
    using SteadyPoint = std::chrono::steady_clock::time_point;
    using Tcp = boost::asio::ip::tcp;

    struct Pending {
        std::unique_ptr<Request> request;
        /// When it was submitted, or when it was written.
        SteadyPoint since;
    };
    /// A request in the piece that is being written.
    struct Leaving {
        std::uint64_t id;
        std::size_t ends_at;
    };

    // ---- requests (session.cpp)
    void take_inbox();
    void accept(std::unique_ptr<Request> request);
    void cancel_here(std::uint64_t id);
    void close_here();
    void on_reply(std::string_view frame);
    void on_push(std::uint64_t request, std::string_view frame);
    void requeue_unwritten(std::size_t written);
    void settle_unanswered(ConnectionErrc errc, const std::string& why);
    void fail_unsent(ConnectionErrc errc, const std::string& why);
    void forget(const Request& request);
    void look_at_clock_later();
    void look_at_clock();
    void end_late_requests(SteadyPoint now);
    bool has_work() const { return !unsent_.empty() || !unanswered_.empty(); }

    // ---- the connection (session_connection.cpp)
    using MaybeError = std::optional<std::pair<ConnectionErrc, std::string>>;
    void ensure_running();
    boost::asio::awaitable<void> run(std::shared_ptr<Session> self);
    boost::asio::awaitable<MaybeError> connect();
    boost::asio::awaitable<MaybeError> greet();
    boost::asio::awaitable<void> write(std::shared_ptr<Session> self);
    boost::asio::awaitable<std::string> read();
    boost::asio::awaitable<void> pause();
    MaybeError on_welcome(std::string_view frame);
    std::string next_piece();
    void disconnect();
    std::chrono::milliseconds next_pause();

    const boost::asio::any_io_executor executor_;
    const boost::asio::strand<boost::asio::any_io_executor> strand_;
    const ClientOptions options_;
    std::atomic<std::uint64_t> next_id_ = 1;

    std::mutex inbox_mutex_;
    std::vector<std::unique_ptr<Request>> inbox_;

    std::deque<Pending> unsent_;
    // Ordered by id, so that what goes back to the unsent keeps its order.
    std::map<std::uint64_t, Pending> unanswered_;
    /// Answered, with more replies to come.
    std::unordered_map<std::uint64_t, std::unique_ptr<Request>> subscriptions_;
    std::size_t bytes_waiting_ = 0;
    /// Cancellations: written when the connection is there, worthless after it.
    std::string cancellations_;
    std::vector<Leaving> leaving_;

    Tcp::resolver resolver_;
    Tcp::socket socket_;
    // Never expire: cancelling one wakes whoever waits for it.
    boost::asio::steady_timer output_;
    boost::asio::steady_timer writer_left_;
    boost::asio::steady_timer pause_;
    boost::asio::steady_timer clock_;
    std::optional<SteadyPoint> connecting_since_;
    std::size_t requests_in_flight_max_ = protocol::requests_in_flight_max;
    bool running_ = false;
    bool connected_ = false;
    bool writing_ = false;
    bool looking_at_clock_ = false;
    bool timed_out_ = false;
    bool closed_ = false;
    std::chrono::milliseconds backoff_{0};
    std::minstd_rand random_;
};

}  // namespace tern::detail
