#include "tests/model_topics/script.hpp"

#include <fmt/format.h>

#include "broker/base/overloaded.hpp"

namespace tern::topic_model {
namespace {

std::string settings_text(const engine::TopicSettingsChange& change) {
    std::string out;
    if (change.fifo) out += fmt::format(" fifo={}", *change.fifo);
    if (change.content_based_deduplication) out += fmt::format(" content={}", *change.content_based_deduplication);
    if (change.history) out += fmt::format(" history={}", *change.history);
    if (change.history_age) out += fmt::format(" age={}ms", change.history_age->count());
    if (change.history_publications) out += fmt::format(" publications={}", *change.history_publications);
    if (change.history_bytes) out += fmt::format(" bytes={}", *change.history_bytes);
    if (change.retained) out += fmt::format(" retained={}", *change.retained);
    if (change.publication_bytes_max) out += fmt::format(" longest={}", *change.publication_bytes_max);
    if (change.presence) out += fmt::format(" presence={}", static_cast<int>(*change.presence));
    return out;
}

std::string wishes_text(const Wishes& wishes) {
    std::string out;
    if (wishes.pattern) out += fmt::format(" pattern='{}'", *wishes.pattern);
    if (wishes.filter) out += fmt::format(" filter={}", *wishes.filter);
    if (wishes.raw) out += fmt::format(" raw={}", *wishes.raw);
    if (wishes.dead_letter_queue) out += fmt::format(" dead-letters='{}'", *wishes.dead_letter_queue);
    return out;
}

std::string entry_text(const Entry& entry) {
    auto out = fmt::format(" {{{} ", entry.subject);
    out += entry.data.size() < 60 ? entry.data : fmt::format("{} bytes", entry.data.size());
    if (!entry.colour.empty()) out += " " + entry.colour;
    if (entry.price) out += fmt::format(" price {}", *entry.price);
    if (entry.fillers > 0) out += fmt::format(" {} fillers", entry.fillers);
    if (!entry.group.empty()) out += " group " + entry.group;
    if (entry.deduplication_id) out += " id " + *entry.deduplication_id;
    return out + "}";
}

std::string publish_text(const Publish& publish) {
    auto out = "publish to " + publish.topic;
    if (publish.ephemeral) out += " ephemeral";
    if (publish.topic_must_exist) out += " if it exists";
    for (const auto& entry : publish.entries) out += entry_text(entry);
    return out;
}

std::string reference_text(const Reference& reference) {
    return reference.durable.empty() ? fmt::format("#{}", reference.label) : reference.durable;
}

std::string open_text(const OpenDurable& open) {
    auto out = fmt::format("open durable {} of {}{}", open.name, open.topic, wishes_text(open.wishes));
    if (open.ack_wait) out += fmt::format(" ack-wait={}ms", open.ack_wait->count());
    if (open.deliveries_max > 0) out += fmt::format(" deliveries={}", open.deliveries_max);
    return out;
}

std::string action_text(const Action& action) {
    return std::visit(
        Overloaded{
            [](const CreateTopic& a) { return "create topic " + a.topic + settings_text(a.settings); },
            [](const SetTopic& a) { return "set topic " + a.topic + settings_text(a.settings); },
            [](const DropTopic& a) { return "delete topic " + a.topic; },
            [](const Publish& a) { return publish_text(a); },
            [](const CreateQueue& a) { return "create queue " + a.queue; },
            [](const DropQueue& a) { return "delete queue " + a.queue; },
            [](const Subscribe& a) {
                return fmt::format("subscribe {} to {}{}", a.queue, a.topic, wishes_text(a.wishes));
            },
            [](const Change& a) {
                return fmt::format("change {} of {}{}", reference_text(a.subscription), a.topic, wishes_text(a.wishes));
            },
            [](const Unsubscribe& a) {
                return fmt::format("remove {} of {}", reference_text(a.subscription), a.topic);
            },
            [](const OpenDurable& a) { return open_text(a); },
            [](const EnsureTopic& a) { return "ensure topic " + a.topic; },
            [](const Pull& a) {
                return fmt::format("pull {} of {}{}{}", a.messages_max, a.topic, a.topic.empty() ? "" : "/", a.name);
            },
            [](const Finish& a) {
                static constexpr const char* ends[] = {"acknowledge", "release", "give back"};
                return fmt::format("{} #{}[{}]", ends[static_cast<int>(a.end)], a.pull, a.index);
            },
        },
        action.body);
}

std::string query_text(const Query& query) {
    return std::visit(Overloaded{
                          [](const ReadHistory& q) {
                              return fmt::format("history of {} from {}: {} publications, {} bytes, {} not durable",
                                                 q.topic, q.offset, q.publications_max, q.bytes_max, q.not_durable);
                          },
                          [](const FindTime& q) {
                              return fmt::format("find {} in {}, {} not durable", q.time_ms, q.topic, q.not_durable);
                          },
                          [](const ReadRetained& q) {
                              return fmt::format("retained of {} like '{}': {}", q.topic, q.pattern,
                                                 q.publications_max);
                          },
                      },
                      query);
}

}  // namespace

std::string to_string(const Script& script) {
    std::string out;
    Milliseconds at{0};
    for (const auto& step : script) {
        at += step.wait;
        out += fmt::format("at +{} ms{}\n", at.count(), step.reopen ? ", engine opened anew" : "");
        for (const auto& action : step.actions) out += fmt::format("    #{} {}\n", action.label, action_text(action));
        for (const auto& query : step.queries) out += fmt::format("    ? {}\n", query_text(query));
    }
    return out;
}

}  // namespace tern::topic_model
