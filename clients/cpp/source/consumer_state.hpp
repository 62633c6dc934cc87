#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "clients/cpp/source/session.hpp"
#include "tern/consumer.hpp"

namespace tern::detail {

/// A run of a consumer. All but stop and counts on one strand; handlers run on the client's executor.
class ConsumerState : public std::enable_shared_from_this<ConsumerState> {
public:
    ConsumerState(std::shared_ptr<Session> session, QueueName queue, Consumer::Handler handler,
                  ConsumerOptions options);

    boost::asio::any_io_executor executor() const { return session_->executor(); }
    void run(std::unique_ptr<Completion<void>> completion);
    /// From any thread, like counts.
    void stop(StopMode mode);
    ConsumerCounts counts() const;

private:
    using SteadyPoint = std::chrono::steady_clock::time_point;

    /// A message whose handler runs.
    struct Work {
        ReceivedMessage message;
        boost::asio::cancellation_signal cancel;
        SteadyPoint extended_at;
    };
    using WorkNumber = std::uint64_t;

    boost::asio::awaitable<void> work(std::shared_ptr<ConsumerState> self);
    boost::asio::awaitable<void> receive_messages();
    boost::asio::awaitable<void> learn_visibility_timeout();
    boost::asio::awaitable<void> pause_after_error();
    boost::asio::awaitable<void> extend(std::shared_ptr<ConsumerState> self);

    void stop_here(StopMode mode);
    void on_received(Outcome<std::vector<ReceivedMessage>>&& outcome);
    void begin(ReceivedMessage&& message);
    void on_handled(WorkNumber number, std::exception_ptr failure);
    void on_error(const Error& error);
    std::uint32_t messages_wanted() const;
    bool idle() const;
    void wake() { wake_.cancel(); }

    void delete_later(std::string receipt_handle);
    void delete_gathered();
    void on_deleted(std::vector<std::string>&& handles, const Outcome<std::vector<EntryResult>>& results);
    void change_later(std::string receipt_handle, std::chrono::milliseconds visibility);
    void change_gathered();
    void extend_what_is_due();

    const std::shared_ptr<Session> session_;
    const boost::asio::strand<boost::asio::any_io_executor> strand_;
    const QueueName queue_;
    const Consumer::Handler handler_;
    ConsumerOptions options_;
    std::unique_ptr<Completion<void>> completion_;

    std::unordered_map<WorkNumber, std::unique_ptr<Work>> works_;
    WorkNumber works_begun_ = 0;
    std::vector<std::string> to_delete_;
    std::size_t deleting_ = 0;
    std::vector<VisibilityChange> to_change_;
    std::size_t changing_ = 0;

    std::chrono::milliseconds visibility_timeout_{0};
    boost::asio::steady_timer wake_;
    boost::asio::steady_timer extension_;
    boost::asio::steady_timer delete_pause_;
    boost::asio::steady_timer pause_;
    /// The request that the run waits for, or waited for last.
    std::uint64_t request_ = 0;
    std::optional<StopMode> stopping_;
    bool extending_ = false;
    std::optional<Error> fatal_;

    std::atomic<std::uint64_t> received_ = 0;
    std::atomic<std::uint64_t> succeeded_ = 0;
    std::atomic<std::uint64_t> failed_ = 0;
    std::atomic<std::uint64_t> given_back_ = 0;
    std::atomic<std::size_t> in_work_ = 0;
};

}  // namespace tern::detail
