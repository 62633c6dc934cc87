#include "tools/tern/topics/topic_tables.hpp"

#include <fmt/format.h>

#include "tools/tern/queue_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"
#include "tools/tern/topic_json.hpp"

namespace tern::cli {

namespace {

std::string local(TimePoint at) {
    return local_time(at.time_since_epoch().count());
}

std::uint64_t count_of(const std::optional<std::int64_t>& number) {
    return static_cast<std::uint64_t>(number.value_or(0));
}

/// "24 h, up to 100,000 publications, up to 256 MiB".
std::string history_text(const TopicSettings& settings) {
    if (!settings.history.value_or(false)) return "none";
    const auto age = settings.history_age.value_or(milliseconds(0));
    auto text = age.count() == 0 ? std::string("for ever") : exact_duration(age);
    if (const auto publications = count_of(settings.history_publications)) {
        text += fmt::format(", up to {}", counted(publications, "publication"));
    }
    if (const auto bytes = count_of(settings.history_bytes)) text += fmt::format(", up to {}", human_bytes(bytes));
    return text;
}

std::string yes_or_no(const std::optional<bool>& flag) {
    return flag.value_or(false) ? "yes" : "no";
}

std::string text_or(const std::optional<std::string>& text, const char* absent) {
    return text && !text->empty() ? printable(*text, false) : std::string(absent);
}

}  // namespace

Table table_of(const std::vector<TopicSummary>& topics) {
    using enum Table::Align;
    Table table({{"Topic"}, {"History"}, {"Publications", right}, {"Subscriptions", right}, {"Subscribers", right}});
    for (const auto& topic : topics) {
        table.add_row({topic.name, topic.history ? "yes" : "no", human_count(topic.publications),
                       human_count(topic.subscriptions), human_count(topic.subscribers)});
    }
    return table;
}

Table table_of(const std::vector<SubscriptionDescription>& subscriptions) {
    using enum Table::Align;
    Table table({{"Subscription"},
                 {"Kind"},
                 {"Queue"},
                 {"Pattern"},
                 {"Filter"},
                 {"Delivered", right},
                 {"Failed", right},
                 {"Waiting", right}});
    for (const auto& subscription : subscriptions) {
        const bool waits = subscription.kind != SubscriptionKind::queue;
        table.add_row({subscription.subscription, std::string(text_of(subscription.kind)),
                       waits ? "-" : subscription.queue, text_or(subscription.settings.pattern, "all"),
                       text_or(subscription.settings.filter_policy, "-"), human_count(subscription.delivered),
                       human_count(subscription.failed), waits ? human_count(subscription.waiting) : "-"});
    }
    return table;
}

Table table_of(const std::vector<PresenceMember>& members) {
    using enum Table::Align;
    Table table({{"Member"}, {"State"}, {"Connections", right}, {"Since", right}});
    for (const auto& member : members) {
        table.add_row({printable(member.member, false), printable(member.state, false), human_count(member.connections),
                       rough_duration(age_of(member.joined_at))});
    }
    return table;
}

Block block_of(const TopicDescription& topic) {
    Block block;
    block.add_heading(topic.name);
    if (topic.settings.history.value_or(false)) {
        block.add("publications", human_count(publications_of(topic)));
        block.add("size", human_bytes(topic.bytes));
    }
    block.add("next offset", human_count(topic.end_offset));
    block.add("epoch", topic.epoch.empty() ? "-" : topic.epoch);
    block.add("subscriptions", human_count(topic.subscriptions));
    block.add("subscribers now", human_count(topic.subscribers));
    block.add_heading("Settings");
    block.add("history", history_text(topic.settings));
    block.add("retains last values", yes_or_no(topic.settings.retained));
    block.add("longest publication", human_bytes(count_of(topic.settings.publication_bytes_max)));
    block.add("presence", topic.settings.presence.value_or(PresenceMode::nobody) == PresenceMode::subscribers
                              ? "subscribers are told who is there"
                              : "nobody is told");
    if (topic.settings.fifo.value_or(false)) {
        block.add("FIFO",
                  topic.settings.content_based_deduplication.value_or(false) ? "yes, deduplicates by content" : "yes");
    }
    for (const auto& tag : topic.tags) block.add("tag " + tag.key, tag.value);
    block.add_heading("History");
    block.add("created", local(topic.created_at));
    block.add("changed", local(topic.modified_at));
    return block;
}

Block block_of(const SubscriptionDescription& subscription) {
    const auto& settings = subscription.settings;
    const bool of_queue = subscription.kind == SubscriptionKind::queue;
    const bool durable = subscription.kind == SubscriptionKind::durable;
    const bool filtered = settings.filter_policy && !settings.filter_policy->empty();
    Block block;
    block.add_heading(subscription.subscription);
    block.add("kind", std::string(text_of(subscription.kind)));
    if (of_queue) block.add("queue", subscription.queue);
    block.add("pattern", text_or(settings.pattern, "all of the topic"));
    block.add("filter", text_or(settings.filter_policy, "none"));
    if (filtered) block.add("filter looks at", std::string(text_of(settings.filter_scope.value_or(FilterScope{}))));
    if (!durable) block.add("message body", settings.raw.value_or(false) ? "the data as it is" : "an envelope");
    block.add("dead letters go to", text_or(settings.dead_letter_queue, "nowhere"));
    block.add("delivered", human_count(subscription.delivered));
    block.add("failed", human_count(subscription.failed));
    if (!of_queue) block.add(durable ? "not acknowledged" : "not delivered", human_count(subscription.waiting));
    block.add("created", local(subscription.created_at));
    return block;
}

}  // namespace tern::cli
