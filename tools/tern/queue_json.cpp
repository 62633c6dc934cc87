#include "tools/tern/queue_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <string_view>

#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

void add_counts(json::object& to, const QueueCounts& counts) {
    to["visible"] = counts.visible;
    to["in_flight"] = counts.in_flight;
    to["delayed"] = counts.delayed;
    to["damaged"] = counts.damaged;
    to["oldest_sent_at"] = counts.oldest_sent_at ? json::value(moment(*counts.oldest_sent_at)) : json::value();
    to["oldest_age_ms"] = counts.oldest_sent_at ? json::value(age_of(*counts.oldest_sent_at).count()) : json::value();
}

std::string_view text_of(RedriveAllow permission) {
    switch (permission) {
        case RedriveAllow::none: return "none";
        case RedriveAllow::by_queue: return "by_queue";
        case RedriveAllow::all: break;
    }
    return "all";
}

json::array names_of(const std::vector<std::string>& names) {
    return json::array(names.begin(), names.end());
}

}  // namespace

std::string moment(TimePoint at) {
    return utc_time(at.time_since_epoch().count());
}

milliseconds age_of(TimePoint moment) {
    const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    return std::max(now - moment, milliseconds(0));
}

json::object json_of(const QueueSummary& queue) {
    json::object object{{"name", queue.name}};
    add_counts(object, queue.counts);
    return object;
}

json::object json_of(const QueueSettings& settings) {
    const auto ms = [](const auto& duration) { return duration ? json::value(duration->count()) : json::value(); };
    const bool by_group = settings.deduplication_scope == DeduplicationScope::message_group;
    const bool per_group = settings.throughput_limit == ThroughputLimit::per_message_group_id;
    json::object object{{"fifo", settings.fifo.value_or(false)},
                        {"delay_ms", ms(settings.delay)},
                        {"visibility_timeout_ms", ms(settings.visibility_timeout)},
                        {"retention_ms", ms(settings.retention)},
                        {"wait_ms", ms(settings.wait)},
                        {"message_bytes_max", settings.message_bytes_max.value_or(0)},
                        {"dead_letter_queue", nullptr},
                        {"receives_max", nullptr}};
    if (settings.fifo.value_or(false)) {
        object["content_deduplication"] = settings.content_based_deduplication.value_or(false);
        object["deduplication_scope"] = by_group ? "group" : "queue";
        object["throughput_limit"] = per_group ? "group" : "queue";
    }
    if (settings.redrive_policy) {
        object["dead_letter_queue"] = settings.redrive_policy->dead_letter_queue;
        object["receives_max"] = settings.redrive_policy->receive_count_max;
    }
    if (settings.redrive_allow_policy) {
        const auto& allow = *settings.redrive_allow_policy;
        object["accepts_dead_letters_of"] = allow.permission == RedriveAllow::by_queue
                                                ? json::value(names_of(allow.source_queues))
                                                : json::value(text_of(allow.permission));
    }
    return object;
}

json::object json_of(const QueueDescription& queue) {
    json::object object{{"name", queue.name}};
    add_counts(object, queue.counts);
    object["sent_total"] = queue.sent_total;
    object["received_total"] = queue.received_total;
    object["deleted_total"] = queue.deleted_total;
    object["created_at"] = moment(queue.created_at);
    object["modified_at"] = moment(queue.modified_at);
    object["settings"] = json_of(queue.settings);
    json::object tags;
    for (const auto& [key, value] : queue.tags) tags[key] = value;
    object["tags"] = std::move(tags);
    object["dead_letter_sources"] = names_of(queue.dead_letter_sources);
    return object;
}

}  // namespace tern::cli
