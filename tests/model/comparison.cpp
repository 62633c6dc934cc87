#include "tests/model/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "broker/engine/message_record.hpp"

namespace tern::model {
namespace {

std::string expected_but(std::string_view what, const auto& expected, const auto& given) {
    return fmt::format("{}: {} expected, {} given", what, expected, given);
}

std::string statuses(std::string_view what, Status expected, Status given) {
    return expected_but(what, protocol::name_of(expected), protocol::name_of(given));
}

}  // namespace

std::string Comparison::answers(const std::vector<Answer>& expected, const std::vector<engine::Completion>& given) {
    std::map<std::uint64_t, const engine::Answer*> by_label;
    for (const auto& completion : given)
        if (!by_label.emplace(completion.ticket.request, &completion.answer).second)
            return fmt::format("#{} is answered twice", completion.ticket.request);

    for (const auto& each : expected) {
        const auto found = by_label.find(each.label);
        if (found == by_label.end()) {
            if (each.received.empty())
                return fmt::format("#{} is not answered, {} expected", each.label, protocol::name_of(each.status));
            return fmt::format("#{} is not answered, {} messages expected", each.label, each.received.size());
        }
        const auto difference = answer(each, *found->second);
        if (!difference.empty()) return fmt::format("#{}: {}", each.label, difference);
        by_label.erase(found);
    }
    for (const auto& [label, unexpected] : by_label)
        return fmt::format("#{} is answered ({}) but should not be yet", label, protocol::name_of(unexpected->status));
    return {};
}

std::string Comparison::answer(const Answer& expected, const engine::Answer& given) {
    if (expected.status != given.status) return statuses("status", expected.status, given.status);
    if (const auto* created = std::get_if<engine::QueueCreated>(&given.body); created && given.status == Status::ok)
        if (created->created != expected.created) return expected_but("created", expected.created, created->created);
    if (const auto* results = std::get_if<engine::SendResults>(&given.body)) {
        if (const auto difference = sends(expected.sends, results->results); !difference.empty()) return difference;
    } else if (!expected.sends.empty()) {
        return "results of a send expected";
    }
    if (const auto* messages = std::get_if<engine::Messages>(&given.body)) {
        if (messages->messages.size() != expected.received.size())
            return expected_but("messages", expected.received.size(), messages->messages.size());
        for (std::size_t i = 0; i < expected.received.size(); ++i) {
            const auto difference = received(expected.received[i], messages->messages[i]);
            if (!difference.empty()) return fmt::format("message {}: {}", i, difference);
        }
    } else if (!expected.received.empty()) {
        return "messages expected";
    }
    if (const auto* entries = std::get_if<engine::EntryResults>(&given.body)) {
        if (entries->results.size() != expected.entries.size())
            return expected_but("entries", expected.entries.size(), entries->results.size());
        for (std::size_t i = 0; i < expected.entries.size(); ++i)
            if (entries->results[i] != expected.entries[i])
                return statuses(fmt::format("entry {}", i), expected.entries[i], entries->results[i]);
    } else if (!expected.entries.empty()) {
        return "results of entries expected";
    }
    return {};
}

std::string Comparison::sends(const std::vector<SendOutcome>& expected, const std::vector<engine::SendResult>& given) {
    if (expected.size() != given.size()) return expected_but("results", expected.size(), given.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& result = given[i];
        const auto entry = fmt::format("entry {}", i);
        if (expected[i].status != result.status) return statuses(entry, expected[i].status, result.status);
        if (result.status != Status::ok) continue;

        const auto number = expected[i].number;
        const auto known = ids_.find(number);
        if (known != ids_.end()) {
            if (known->second != result.id) return entry + ": a repetition is answered with another message id";
            if (sequences_[number] != result.sequence) return entry + ": a repetition has another sequence number";
            continue;
        }
        if (!numbers_.emplace(std::pair(result.id.high, result.id.low), number).second)
            return entry + ": a new message has the id of an older one";
        ids_[number] = result.id;
        sequences_[number] = result.sequence;
    }
    return {};
}

std::string Comparison::received(const Received& expected, const engine::ReceivedMessage& given) {
    if (given.receipt_handle.empty()) return "no receipt handle";
    return same_message(expected.message, expected.incarnation, given);
}

std::string Comparison::same_message(const Message& expected, std::uint64_t, const engine::ReceivedMessage& given) {
    const auto record = engine::decode_message(given.record);
    if (!record) return "the record cannot be decoded";
    const std::pair id(record->id.high, record->id.low);
    // A message that a move task made has an id that nobody was told.
    if (!numbers_.contains(id) && !ids_.contains(expected.number)) {
        numbers_[id] = expected.number;
        ids_[expected.number] = record->id;
    }
    const auto found = numbers_.find(id);
    if (found == numbers_.end()) return "a message that nobody sent";
    if (found->second != expected.number)
        return fmt::format("message {} ('{:.20}') expected, message {} ('{:.20}') given", expected.number,
                           expected.entry.body, found->second, record->body);

    if (record->body != expected.entry.body) return "the body differs";
    if (record->group_id != expected.entry.group) return "the group differs";
    if (record->deduplication_id != expected.deduplication_id)
        return expected_but("deduplication id", expected.deduplication_id, record->deduplication_id);
    if (record->sent_at != expected.sent_at)
        return expected_but("sent at", expected.sent_at.ms(), record->sent_at.ms());
    if (given.receive_count != expected.receive_count)
        return expected_but("receive count", expected.receive_count, given.receive_count);
    if (expected.receive_count > 0 && given.first_received_at != expected.first_received_at)
        return expected_but("first received at", expected.first_received_at.ms(), given.first_received_at.ms());
    if (given.dead_letter_source != expected.dead_letter_source)
        return expected_but("dead-letter source", expected.dead_letter_source, given.dead_letter_source);
    const auto attributes = engine::decode_attributes(record->attributes);
    const bool same_attributes =
        std::equal(attributes.begin(), attributes.end(), expected.entry.attributes.begin(),
                   expected.entry.attributes.end(), [](const engine::MessageAttribute& a, const Attribute& b) {
                       return a.name == b.name && a.type == b.type && a.value == b.value;
                   });
    return same_attributes ? std::string() : "the attributes differ";
}

std::string Comparison::moves(Model& model, Subject& subject) {
    const auto snapshot = subject.snapshot();
    for (auto& [label, move] : model.moves()) {
        if (!move.running) continue;
        const bool source_exists = std::any_of(model.queues().begin(), model.queues().end(), [&](const auto& each) {
            return each.second.incarnation == move.source_incarnation;
        });
        if (!source_exists) {
            move.running = false;
            continue;
        }
        const auto listed = engine::list_moves(*snapshot, {"", move.source}, 10);
        if (!listed.has_value()) return fmt::format("the moves of {} cannot be listed", move.source);
        const auto found = std::find_if(listed->begin(), listed->end(),
                                        [&](const auto& task) { return task.task == subject.task(label); });
        if (found == listed->end()) return fmt::format("move #{} is not listed", label);

        if (found->moved < move.moved) return fmt::format("move #{} goes backwards", label);
        if (!model.advance_move(move, found->moved - move.moved))
            return fmt::format("move #{} has moved {} messages, the model has no more than {}", label, found->moved,
                               move.moved);
        const auto elapsed_ms = (model.now() - move.started_at).count();
        if (move.rate && static_cast<std::int64_t>(found->moved) > *move.rate + *move.rate * elapsed_ms / 1000)
            return fmt::format("move #{} is faster than its rate: {} messages in {} ms", label, found->moved,
                               elapsed_ms);
        const auto left = model.movable(move);
        if (found->status == engine::MoveStatus::running) {
            if (!move.rate && left > 0 && found->moved < found->to_move)
                return fmt::format("move #{} rests with {} messages to move", label, left);
            continue;
        }
        if (found->status == engine::MoveStatus::failed && !model.stuck(move))
            return fmt::format("move #{} failed without need: {}", label, found->failure);
        if (found->status == engine::MoveStatus::completed && left > 0 && found->moved < found->to_move)
            return fmt::format("move #{} is completed with {} messages left", label, left);
        move.running = false;
    }
    return {};
}

std::string Comparison::state(const Model& model, Subject& subject) {
    const auto snapshot = subject.snapshot();
    const auto page = engine::list_queues(*snapshot, model.now(), "", "", {1000, ""});
    if (!page.has_value()) return "the queues cannot be listed";
    std::vector<std::string> expected;
    for (const auto& [name, queue] : model.queues()) expected.push_back(name);
    std::vector<std::string> given;
    for (const auto& description : page->queues) given.push_back(description.queue.name);
    if (expected != given) return expected_but("queues", fmt::format("{}", expected.size()), given.size());
    if (engine::count_queues(*snapshot) != expected.size()) return "the number of queues differs";

    for (const auto& [name, each] : model.queues()) {
        if (const auto difference = queue(each, model.now(), subject); !difference.empty())
            return fmt::format("queue {}: {}", name, difference);
        if (const auto difference = peeks(each, model.now(), subject); !difference.empty())
            return fmt::format("queue {}: {}", name, difference);
        std::vector<std::string> sources;
        for (const auto& [other, source] : model.queues())
            if (source.settings.redrive_policy && source.settings.redrive_policy->dead_letter_queue == name)
                sources.push_back(other);
        const auto listed = engine::list_dead_letter_sources(*snapshot, {"", name}, {1000, ""});
        if (!listed.has_value()) return fmt::format("queue {}: the dead-letter sources cannot be listed", name);
        auto names = listed->names;
        std::sort(names.begin(), names.end());
        if (names != sources)
            return fmt::format("queue {}: {}", name, expected_but("dead-letter sources", sources.size(), names.size()));
    }
    return {};
}

std::string Comparison::queue(const Queue& expected, Timestamp now, Subject& subject) {
    const auto snapshot = subject.snapshot();
    const auto given = engine::describe_queue(*snapshot, now, {"", expected.name});
    if (!given.has_value()) return "cannot be described";
    if (!(given->settings == expected.settings)) return "the settings differ";
    std::map<std::string, std::string> tags;
    for (const auto& tag : given->tags) tags[tag.key] = tag.value;
    if (tags != expected.tags) return "the tags differ";

    const auto triple = [](auto visible, auto in_flight, auto delayed) {
        return fmt::format("{} visible, {} in flight, {} delayed", visible, in_flight, delayed);
    };
    const auto wanted = triple(expected.count_visible(now), expected.count_in_flight(now), expected.count_delayed(now));
    const auto counted = triple(given->counts.visible, given->counts.in_flight, given->counts.delayed);
    if (wanted != counted) return expected_but("counts", wanted, counted);

    const auto totals = [](auto sent, auto received, auto deleted) {
        return fmt::format("{} sent, {} received, {} deleted", sent, received, deleted);
    };
    const auto wanted_totals = totals(expected.sent, expected.received, expected.deleted);
    const auto given_totals = totals(given->totals.sent, given->totals.received, given->totals.deleted);
    if (wanted_totals != given_totals) return expected_but("totals", wanted_totals, given_totals);

    const auto oldest = std::min_element(expected.messages.begin(), expected.messages.end(),
                                         [](const Message& a, const Message& b) { return a.sent_at < b.sent_at; });
    if (given->counts.oldest_sent_at.has_value() != (oldest != expected.messages.end()))
        return "there is an age of the oldest message, or none, against expectation";
    return {};
}

std::string Comparison::peeks(const Queue& expected, Timestamp now, Subject& subject) {
    const auto snapshot = subject.snapshot();
    struct View {
        const char* name;
        engine::PeekFilter filter;
        bool (*shows)(const Message&, Timestamp);
    };
    const View views[] = {
        {"visible", {1000, true, false, false}, [](const Message& m, Timestamp at) { return m.visible(at); }},
        {"in flight", {1000, false, true, false}, [](const Message& m, Timestamp at) { return m.in_flight(at); }},
        {"delayed", {1000, false, false, true}, [](const Message& m, Timestamp at) { return m.delayed(at); }},
    };
    for (const auto& view : views) {
        const auto given = engine::peek(*snapshot, now, {"", expected.name}, view.filter);
        if (!given.has_value()) return fmt::format("a peek at {} messages is refused", view.name);
        std::vector<const Message*> wanted;
        for (const auto& message : expected.messages)
            if (view.shows(message, now)) wanted.push_back(&message);
        if (wanted.size() != given->messages.size())
            return expected_but(fmt::format("peek at {}", view.name), wanted.size(), given->messages.size());

        // On a FIFO queue the order holds within a group only.
        std::map<std::string, std::vector<const engine::ReceivedMessage*>> by_group;
        for (const auto& message : given->messages) {
            const auto record = engine::decode_message(message.record);
            if (!record) return "a peeked record cannot be decoded";
            by_group[expected.settings.fifo ? std::string(record->group_id) : ""].push_back(&message);
        }
        std::sort(wanted.begin(), wanted.end(), [&](const Message* a, const Message* b) {
            if (expected.settings.fifo) return a->sequence < b->sequence;
            return std::tie(a->available_at, a->sequence) < std::tie(b->available_at, b->sequence);
        });
        for (const auto* message : wanted) {
            auto& group = by_group[expected.settings.fifo ? message->entry.group : ""];
            if (group.empty()) return fmt::format("peek at {}: a message is missing in its group", view.name);
            const auto difference = same_message(*message, expected.incarnation, *group.front());
            if (!difference.empty()) return fmt::format("peek at {}: {}", view.name, difference);
            if (!group.front()->receipt_handle.empty()) return "a peek gives a receipt handle";
            group.erase(group.begin());
        }
    }
    return {};
}

}  // namespace tern::model
