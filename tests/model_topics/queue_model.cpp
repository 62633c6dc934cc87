#include "tests/model_topics/queue_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "broker/engine/message_record.hpp"
#include "broker/engine/topic_queries.hpp"

namespace tern::topic_model {
namespace {

bool same_place(const Message& a, const Message& b) {
    return a.available_at == b.available_at && a.number == b.number;
}

/// Is what was handed out this message, all of it?
Complaint differs(const Message& expected, const engine::ReceivedMessage& given) {
    const auto record = engine::decode_message(given.record);
    if (!record) return "a message that cannot be decoded";
    if (record->body != expected.body)
        return fmt::format("message '{}' expected, '{}' given", expected.body, record->body);
    if (given.receive_count != expected.received)
        return fmt::format("{}: received {} times, {} told", expected.body, expected.received, given.receive_count);
    if (record->group_id != expected.group) return expected.body + ": another group";
    if (!expected.publication) {
        std::vector<engine::PublicationAttribute> attributes;
        for (const auto& [name, type, value] : engine::decode_attributes(record->attributes))
            attributes.push_back({std::string(name), std::string(type), Bytes(value)});
        return same(attributes, expected.attributes) ? Complaint() : expected.body + ": other attributes";
    }
    const auto durable = engine::read_durable_message(given.record);
    if (!durable) return expected.body + ": no publication";
    const auto& kept = *expected.publication;
    const auto& stored = durable->stored;
    if (stored.offset != *kept.offset || durable->epoch != kept.epoch)
        return fmt::format("{}: offset {} expected, {} given", expected.body, *kept.offset, stored.offset);
    if (stored.at != kept.at || !(stored.id == kept.id) || stored.publication.subject != kept.entry.subject ||
        stored.publication.data != kept.entry.data)
        return expected.body + ": another time, id, subject or data";
    return same(stored.publication.attributes, attributes_of(kept.entry)) ? Complaint()
                                                                          : expected.body + ": other attributes";
}

}  // namespace

std::vector<engine::PublicationAttribute> attributes_of(const Entry& entry) {
    std::vector<engine::PublicationAttribute> attributes;
    if (!entry.colour.empty()) attributes.push_back({"colour", "String", entry.colour});
    if (entry.price) attributes.push_back({"price", "Number", std::to_string(*entry.price)});
    for (std::size_t i = 0; i < entry.fillers; ++i) attributes.push_back({fmt::format("filler{}", i), "String", "x"});
    return attributes;
}

bool same(const std::vector<engine::PublicationAttribute>& a, const std::vector<engine::PublicationAttribute>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
        return one.name == other.name && one.type == other.type && one.value == other.value;
    });
}

std::uint64_t Kept::bytes() const {
    auto bytes = entry.subject.size() + entry.data.size();
    for (const auto& attribute : attributes_of(entry))
        bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
    return bytes;
}

void QueueModel::put(Message message, const std::optional<std::string>& deduplication_id, Timestamp now) {
    if (fifo_ && deduplication_id) {
        const auto earlier = accepted_.find(*deduplication_id);
        if (earlier != accepted_.end() && now < earlier->second + deduplication_window) return;
        accepted_[*deduplication_id] = now;
    }
    message.number = next_number_++;
    message.first_available_at = message.available_at = now;
    message.moved = false;
    messages_.push_back(std::move(message));
}

Message* QueueModel::find(std::uint64_t number) {
    const auto found =
        std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) { return m.number == number; });
    return found == messages_.end() ? nullptr : &*found;
}

void QueueModel::hand_out(Message& message, Timestamp now, std::vector<Handed>& handed) {
    handed.push_back({message.number, message.received});
    message.available_at = now + visibility_timeout;
}

Complaint QueueModel::pulled(std::int64_t messages_max, const std::vector<engine::ReceivedMessage>& given,
                             Timestamp now, QueueModel* dead_letters, std::vector<Handed>& handed) {
    return fifo_ ? pulled_by_group(messages_max, given, now, handed)
                 : pulled_in_order(messages_max, given, now, dead_letters, handed);
}

/// What has been available for longest comes first; what was handed out too often goes to the dead letters when its
/// turn comes.
Complaint QueueModel::pulled_in_order(std::int64_t messages_max, const std::vector<engine::ReceivedMessage>& given,
                                      Timestamp now, QueueModel* dead_letters, std::vector<Handed>& handed) {
    std::vector<Message> available;
    std::copy_if(messages_.begin(), messages_.end(), std::back_inserter(available),
                 [&](const Message& m) { return m.available_at <= now; });
    std::sort(available.begin(), available.end(), [](const Message& a, const Message& b) {
        return std::pair(a.available_at, a.number) < std::pair(b.available_at, b.number);
    });
    for (auto& message : available) {
        if (static_cast<std::int64_t>(handed.size()) == messages_max) break;
        if (deliveries_max > 0 && message.received >= deliveries_max && dead_letters != nullptr) {
            std::erase_if(messages_, [&](const Message& m) { return same_place(m, message); });
            dead_letters->put(std::move(message), std::nullopt, now);
            continue;
        }
        if (handed.size() == given.size()) return fmt::format("'{}' is missing", message.body);
        auto& own = *find(message.number);
        own.moved = own.moved || own.received > 0;
        ++own.received;
        if (auto complaint = differs(own, given[handed.size()]); !complaint.empty()) return complaint;
        hand_out(own, now, handed);
    }
    return handed.size() == given.size() ? Complaint() : "more messages than there are";
}

/// Of each group only the first ones, up to the next that is under way.
Complaint QueueModel::pulled_by_group(std::int64_t messages_max, const std::vector<engine::ReceivedMessage>& given,
                                      Timestamp now, std::vector<Handed>& handed) {
    std::set<std::string> held;
    std::set<std::uint64_t> blocked;
    for (const auto& message : messages_) {
        if (message.available_at > now) held.insert(message.group);
        if (held.contains(message.group)) blocked.insert(message.number);
    }
    std::vector<std::uint64_t> taken;
    const auto is_taken = [&](const Message& m) { return std::ranges::find(taken, m.number) != taken.end(); };
    for (const auto& each : given) {
        const auto record = engine::decode_message(each.record);
        if (!record) return "a message that cannot be decoded";
        const auto head = std::find_if(messages_.begin(), messages_.end(),
                                       [&](const Message& m) { return m.group == record->group_id && !is_taken(m); });
        if (head == messages_.end()) return fmt::format("'{}' was never sent", record->body);
        if (blocked.contains(head->number)) return fmt::format("'{}': its group is held", record->body);
        ++head->received;
        if (auto complaint = differs(*head, each); !complaint.empty()) return complaint;
        taken.push_back(head->number);
    }
    const bool more = std::any_of(messages_.begin(), messages_.end(),
                                  [&](const Message& m) { return !blocked.contains(m.number) && !is_taken(m); });
    if (static_cast<std::int64_t>(given.size()) < messages_max && more) return "a group is left out";
    for (const auto number : taken) hand_out(*find(number), now, handed);
    return {};
}

Complaint QueueModel::finished(const Handed& handed, End end, Errc given, Timestamp now) {
    auto* message = find(handed.number);
    const bool is_held = in_flight(handed, now);
    // It tells of a receive that never was when that was given back.
    const bool never_was = message != nullptr && handed.count > message->received;
    if (never_was && given == Errc::ok) return fmt::format("'{}': a handle that never was is good", message->body);
    const bool must = end == End::acknowledge && !fifo_ ? message != nullptr && !never_was : is_held;
    if (given != Errc::ok)
        return must ? fmt::format("'{}': refused with {}", message->body, protocol::name_of(given)) : Complaint();
    if (end == End::acknowledge) {
        std::erase_if(messages_, [&](const Message& m) { return m.number == handed.number; });
        return {};
    }
    if (message == nullptr) return "a message that is gone was released";
    message->available_at = now;
    message->moved = true;
    return {};
}

bool QueueModel::in_flight(const Handed& handed, Timestamp now) {
    const auto* message = find(handed.number);
    return message != nullptr && message->received == handed.count && message->available_at > now;
}

void QueueModel::given_back(const Handed& handed, Timestamp now) {
    auto& message = *find(handed.number);
    --message.received;
    const bool as_before = message.received == 0 && !message.moved && !fifo_;
    message.available_at = as_before ? message.first_available_at : now;
    message.moved = message.moved || !as_before;
}

}  // namespace tern::topic_model
