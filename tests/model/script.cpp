#include "tests/model/script.hpp"

#include <fmt/format.h>

#include "broker/base/overloaded.hpp"

namespace tern::model {
namespace {

std::string milliseconds(const char* name, const std::optional<Milliseconds>& value) {
    return value ? fmt::format(" {}={}ms", name, value->count()) : std::string();
}

std::string number(const char* name, const std::optional<std::int64_t>& value) {
    return value ? fmt::format(" {}={}", name, *value) : std::string();
}

std::string text(std::string_view value) {
    if (value.size() > 40) return fmt::format("<{} bytes, first '{}'>", value.size(), value.substr(0, 1));
    return fmt::format("'{}'", value);
}

std::string to_string(const engine::QueueSettingsChange& change) {
    std::string out = milliseconds("delay", change.delay) + number("message_bytes_max", change.message_bytes_max) +
                      milliseconds("retention", change.retention) + milliseconds("wait", change.wait) +
                      milliseconds("visibility", change.visibility_timeout);
    if (change.fifo) out += fmt::format(" fifo={}", *change.fifo);
    if (change.content_based_deduplication) out += fmt::format(" content={}", *change.content_based_deduplication);
    if (change.deduplication_scope) out += fmt::format(" scope={}", static_cast<int>(*change.deduplication_scope));
    if (change.throughput_limit) out += fmt::format(" throughput={}", static_cast<int>(*change.throughput_limit));
    if (change.redrive_policy)
        out += fmt::format(" redrive={}:{}", text(change.redrive_policy->dead_letter_queue),
                           change.redrive_policy->receive_count_max);
    if (change.redrive_allow_policy) {
        out += fmt::format(" allow={}", static_cast<int>(change.redrive_allow_policy->permission));
        for (const auto& source : change.redrive_allow_policy->source_queues) out += "," + text(source);
    }
    return out;
}

std::string to_string(const HandleReference& handle) {
    if (!handle.garbage.empty()) return "garbage " + text(handle.garbage);
    return fmt::format("#{}[{}]", handle.receive, handle.index);
}

std::string to_string(const std::vector<HandleReference>& handles) {
    std::string out;
    for (const auto& handle : handles) out += " " + to_string(handle);
    return out;
}

std::string to_string(const Entry& entry) {
    std::string out = " {body=" + text(entry.body) + milliseconds("delay", entry.delay);
    if (!entry.group.empty()) out += " group=" + text(entry.group);
    if (entry.deduplication_id) out += " deduplication=" + text(*entry.deduplication_id);
    for (const auto& attribute : entry.attributes)
        out += " " + text(attribute.name) + ":" + text(attribute.type) + "=" + text(attribute.value);
    return out + "}";
}

std::string to_string(const Send& send) {
    std::string out = "send " + send.queue;
    if (send.entries.size() > 12)
        return out + fmt::format(" {} entries, first", send.entries.size()) + to_string(send.entries.front());
    for (const auto& entry : send.entries) out += to_string(entry);
    return out;
}

std::string to_string(const Change& change) {
    std::string out = "change visibility " + change.queue;
    for (std::size_t i = 0; i < change.handles.size(); ++i)
        out += fmt::format(" {}={}ms", to_string(change.handles[i]), change.visibility[i].count());
    return out;
}

std::string tags(const std::vector<engine::QueueTag>& tags) {
    std::string out;
    for (const auto& tag : tags) out += " " + text(tag.key) + ":" + text(tag.value);
    return out;
}

}  // namespace

std::string to_string(const Action& action) {
    const auto what =
        std::visit(Overloaded{
                       [](const Create& a) { return "create " + a.queue + to_string(a.settings) + tags(a.tags); },
                       [](const Drop& a) { return "delete queue " + a.queue; },
                       [](const Set& a) { return "set " + a.queue + to_string(a.settings); },
                       [](const Tag& a) { return "tag " + a.queue + tags(a.tags); },
                       [](const Untag& a) {
                           std::string out = "untag " + a.queue;
                           for (const auto& key : a.keys) out += " " + text(key);
                           return out;
                       },
                       [](const Purge& a) { return "purge " + a.queue; },
                       [](const Send& a) { return to_string(a); },
                       [](const Receive& a) {
                           return fmt::format("receive {} max={}", a.queue, a.messages_max) +
                                  milliseconds("visibility", a.visibility) + milliseconds("wait", a.wait) +
                                  (a.attempt.empty() ? std::string() : " attempt=" + text(a.attempt));
                       },
                       [](const Delete& a) { return "delete " + a.queue + to_string(a.handles); },
                       [](const Change& a) { return to_string(a); },
                       [](const GiveBack& a) { return "give back" + to_string(a.handles); },
                       [](const Move& a) {
                           return "start move from " + a.source +
                                  (a.destination ? " to " + *a.destination : std::string()) + number("rate", a.rate);
                       },
                       [](const CancelMove& a) { return fmt::format("cancel move #{}", a.move); },
                       [](const CancelWait& a) { return fmt::format("cancel wait #{}", a.receive); },
                       [](const EndSession&) { return std::string("end session"); },
                   },
                   action.body);
    return fmt::format("#{} session {}: {}", action.label, action.session, what);
}

std::string to_string(const Script& script) {
    std::string out;
    std::int64_t at = 0;
    for (const auto& step : script) {
        at += step.wait.count();
        out += fmt::format("at +{} ms{}\n", at, step.reopen ? " (engine opened anew)" : "");
        for (const auto& action : step.actions) out += "    " + to_string(action) + "\n";
    }
    return out;
}

}  // namespace tern::model
