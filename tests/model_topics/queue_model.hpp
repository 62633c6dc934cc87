#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/publication.hpp"
#include "tests/model_topics/script.hpp"

namespace tern::topic_model {

/// What was wrong; empty when nothing was.
using Complaint = std::string;

/// Of topics and of FIFO queues.
inline constexpr Milliseconds deduplication_window = std::chrono::minutes(5);

/// What was published, as its publisher was told.
struct Kept {
    std::optional<std::uint64_t> offset;
    Timestamp at;
    engine::MessageId id;
    Entry entry;
    /// Of the offset.
    std::string epoch;
    /// The number of the batch.
    std::uint64_t commit = 0;

    std::uint64_t bytes() const;
};
std::vector<engine::PublicationAttribute> attributes_of(const Entry& entry);
bool same(const std::vector<engine::PublicationAttribute>& a, const std::vector<engine::PublicationAttribute>& b);

struct Message {
    Bytes body{};
    std::vector<engine::PublicationAttribute> attributes{};
    std::string group{};
    /// Of a durable subscription's message.
    std::shared_ptr<const Kept> publication{};
    Timestamp first_available_at{};
    /// The order in which the queue took them.
    std::uint64_t number = 0;
    Timestamp available_at{};
    std::uint32_t received = 0;
    /// It has left its first place.
    bool moved = false;
};

/// A queue as topics need it: a list.
class QueueModel {
public:
    /// Its messages are numbered from there on: two queues have no number in common.
    QueueModel(bool fifo, Milliseconds visibility_timeout, std::uint64_t first_number)
        : visibility_timeout(visibility_timeout),
          fifo_(fifo),
          next_number_(first_number) {}

    bool fifo() const { return fifo_; }
    const std::vector<Message>& messages() const { return messages_; }

    /// A FIFO queue takes what has an id that it has not seen for five minutes.
    void put(Message message, const std::optional<std::string>& deduplication_id, Timestamp now);

    /// What a handle stands for.
    struct Handed {
        std::uint64_t number = 0;
        std::uint32_t count = 0;
    };
    /// What this receive was given; `dead_letters` is null where there is no such queue.
    Complaint pulled(std::int64_t messages_max, const std::vector<engine::ReceivedMessage>& given, Timestamp now,
                     QueueModel* dead_letters, std::vector<Handed>& handed);
    Complaint finished(const Handed& handed, End end, Errc given, Timestamp now);
    bool in_flight(const Handed& handed, Timestamp now);
    /// It is in flight.
    void given_back(const Handed& handed, Timestamp now);

    Milliseconds visibility_timeout;
    /// 0: no limit.
    std::uint32_t deliveries_max = 0;
    std::string dead_letter_queue{};

private:
    Message* find(std::uint64_t number);
    Complaint pulled_in_order(std::int64_t messages_max, const std::vector<engine::ReceivedMessage>& given,
                              Timestamp now, QueueModel* dead_letters, std::vector<Handed>& handed);
    Complaint pulled_by_group(std::int64_t messages_max, const std::vector<engine::ReceivedMessage>& given,
                              Timestamp now, std::vector<Handed>& handed);
    void hand_out(Message& message, Timestamp now, std::vector<Handed>& handed);

    bool fifo_;
    std::vector<Message> messages_;
    std::map<std::string, Timestamp> accepted_;
    std::uint64_t next_number_;
};

}  // namespace tern::topic_model
