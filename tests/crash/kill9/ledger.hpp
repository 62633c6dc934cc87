#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::crash {

using Moment = std::chrono::steady_clock::time_point;

/// A message as a client got it.
struct Delivery {
    std::string body;
    std::uint64_t sequence = 0;
};

/// The words of queue checkers, as Jepsen's total-queue has them, and two of ours.
struct Balance {
    std::size_t attempts = 0;
    std::size_t acknowledged = 0;
    std::size_t received = 0;
    std::size_t deleted = 0;
    /// Acknowledged, never asked to be deleted, and not there in the end.
    std::size_t lost = 0;
    /// Received more than once: allowed.
    std::size_t duplicated = 0;
    /// Sent without an acknowledgement, and there all the same: allowed.
    std::size_t recovered = 0;
    /// Received, but never sent, or not as it was sent.
    std::size_t unexpected = 0;
    /// Received by a request made after its delete was acknowledged.
    std::size_t resurrected = 0;
    /// Of a FIFO group, received before an earlier one was dealt with.
    std::size_t disordered = 0;
    /// Received by two within one visibility timeout.
    std::size_t held_twice = 0;

    bool sound() const { return lost + unexpected + resurrected + disordered + held_twice == 0; }
};

/// What clients asked for and were told, across all restarts; judges it as it goes. Used by many threads.
class Ledger {
public:
    explicit Ledger(std::chrono::milliseconds visibility) : visibility_(visibility) {}

    /// A new message's body; the message is asked for from now on. A group has one sender.
    std::string new_message(const std::string& queue, const std::string& group, std::size_t filler_bytes);
    void acknowledged(std::string_view body);
    /// All deliveries of one answered receive, in order.
    void received(const std::string& queue, const std::vector<Delivery>& deliveries, Moment asked, Moment answered);
    void delete_asked(std::string_view body);
    void delete_acknowledged(std::string_view body, Moment at);

    /// From now on, everything that is left is received and deleted.
    void begin_drain();
    /// The end of the drain.
    Balance balance() const;
    /// The first things that were found wrong, in sentences.
    std::vector<std::string> findings() const;

private:
    struct Message {
        std::string queue;
        std::string group;
        /// Its place in its group.
        std::uint64_t order = 0;
        std::string body;
        bool acknowledged = false;
        bool delete_asked = false;
        bool drained = false;
        std::optional<Moment> delete_acknowledged;
        std::size_t deliveries = 0;
        std::optional<Moment> last_asked;
    };
    struct Group {
        /// Names of its messages in the order of sending.
        std::vector<std::string> messages;
        /// The sequence of each message that was received, by its place: must grow.
        std::map<std::uint64_t, std::uint64_t> sequences;
    };

    Message* find(std::string_view body);
    void finding(std::size_t& counter, std::string sentence);
    void check_delivery(Message& message, Moment asked, Moment answered);
    void check_order(const Message& message, const Delivery& delivery, const std::vector<Delivery>& before);

    const std::chrono::milliseconds visibility_;
    mutable std::mutex mutex_;
    std::map<std::string, Message, std::less<>> messages_;
    std::map<std::string, Group> groups_;
    Balance balance_;
    std::vector<std::string> findings_;
    bool draining_ = false;
};

}  // namespace tern::crash
