#include "tern/sender.hpp"

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <mutex>
#include <vector>

#include "clients/cpp/source/session.hpp"

namespace tern {

namespace detail {

namespace asio = boost::asio;

/// What gathers, and what is on its way. All but gather and close on one strand.
class SenderState : public std::enable_shared_from_this<SenderState> {
public:
    SenderState(std::shared_ptr<Session> session, QueueName queue, SenderOptions options)
        : session_(std::move(session)),
          strand_(asio::make_strand(session_->executor())),
          queue_(std::move(queue)),
          options_(options) {
        options_.batch_entries_max =
            std::clamp<std::size_t>(options_.batch_entries_max, 1, protocol::batch_entries_max);
        options_.batches_in_flight_max = std::max<std::size_t>(options_.batches_in_flight_max, 1);
    }

    asio::any_io_executor executor() const { return session_->executor(); }

    void gather(NewMessage&& message, std::unique_ptr<Completion<Sent>> completion) {
        bool first = false;
        {
            const std::lock_guard lock(inbox_mutex_);
            first = inbox_.empty();
            inbox_.push_back({std::move(message), std::move(completion)});
        }
        if (first) asio::post(strand_, [self = shared_from_this()] { self->take_inbox(); });
    }
    void close() {
        asio::post(strand_, [self = shared_from_this()] { self->close_here(); });
    }

private:
    struct Entry {
        NewMessage message;
        std::unique_ptr<Completion<Sent>> completion;
    };
    using Completions = std::vector<std::unique_ptr<Completion<Sent>>>;

    static std::size_t size_of(const NewMessage& message) {
        std::size_t bytes = message.body.size();
        for (const auto& attribute : message.attributes) {
            bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
        }
        return bytes;
    }
    static void refuse(Entry& entry, ConnectionErrc errc) {
        entry.completion->complete(Error(errc, {}, Execution::surely_not));
    }

    void take_inbox() {
        std::vector<Entry> entries;
        {
            const std::lock_guard lock(inbox_mutex_);
            std::swap(entries, inbox_);
        }
        for (auto& entry : entries) accept(std::move(entry));
        if (!closed_) send_batches();
    }

    void accept(Entry&& entry) {
        if (closed_) return refuse(entry, ConnectionErrc::closed);
        const auto bytes = size_of(entry.message);
        const bool full = waiting_.size() >= options_.waiting_max ||
                          (!waiting_.empty() && waiting_bytes_ + bytes > options_.waiting_bytes_max);
        if (full) return refuse(entry, ConnectionErrc::too_much_waiting);
        waiting_bytes_ += bytes;
        waiting_.push_back(std::move(entry));
    }

    void send_batches() {
        while (in_flight_ < options_.batches_in_flight_max && !waiting_.empty()) send_batch();
    }

    void send_batch() {
        std::vector<NewMessage> messages;
        Completions completions;
        std::size_t bytes = 0;
        while (!waiting_.empty() && messages.size() < options_.batch_entries_max) {
            const auto next = size_of(waiting_.front().message);
            if (!messages.empty() && bytes + next > options_.batch_bytes_max) break;
            bytes += next;
            messages.push_back(std::move(waiting_.front().message));
            completions.push_back(std::move(waiting_.front().completion));
            waiting_.pop_front();
        }
        waiting_bytes_ -= bytes;
        ++in_flight_;
        auto done = [self = shared_from_this(), completions = std::move(completions)](
                        Outcome<std::vector<SendResult>> results) { self->on_batch_done(completions, results); };
        start(session_, detail::send_batch(session_->next_id(), queue_, messages),
              asio::bind_executor(strand_, std::move(done)));
    }

    void on_batch_done(const Completions& completions, const Outcome<std::vector<SendResult>>& results) {
        --in_flight_;
        for (std::size_t i = 0; i < completions.size(); ++i) completions[i]->complete(outcome_of(results, i));
        if (!closed_) send_batches();
    }

    static Outcome<Sent> outcome_of(const Outcome<std::vector<SendResult>>& results, std::size_t entry) {
        if (!results.has_value()) return results.error();
        if (entry >= results->size()) return Error(ConnectionErrc::answer_not_understood, {}, Execution::surely);
        const auto& result = (*results)[entry];
        if (!result.ok()) return Error(result.status, result.detail);
        return Sent{result.id, result.sequence};
    }

    void close_here() {
        closed_ = true;
        take_inbox();
        for (auto& entry : waiting_) refuse(entry, ConnectionErrc::closed);
        waiting_.clear();
        waiting_bytes_ = 0;
    }

    const std::shared_ptr<Session> session_;
    const asio::strand<asio::any_io_executor> strand_;
    const QueueName queue_;
    SenderOptions options_;

    std::mutex inbox_mutex_;
    std::vector<Entry> inbox_;

    std::deque<Entry> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t in_flight_ = 0;
    bool closed_ = false;
};

asio::any_io_executor executor_of(const SenderState& state) {
    return state.executor();
}

void gather(const std::shared_ptr<SenderState>& state, NewMessage&& message,
            std::unique_ptr<Completion<Sent>> completion) {
    state->gather(std::move(message), std::move(completion));
}

}  // namespace detail

Sender::Sender(Client& client, QueueName queue, SenderOptions options)
    : state_(std::make_shared<detail::SenderState>(client.session_, std::move(queue), options)) {}

Sender::~Sender() {
    if (state_) state_->close();
}

}  // namespace tern
