#include <fmt/format.h>

#include <string>
#include <string_view>

#include "broker/engine/queries.hpp"
#include "broker/frontends/admin/admin_pages.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/process_usage.hpp"

namespace tern::admin {
namespace {

// So many queues get lines of their own: a monitoring system pays for each of them.
constexpr std::int64_t queues_shown_max = 1000;

/// Label values may hold anything; these three characters are all that the format asks to escape.
std::string escaped(std::string_view value) {
    std::string result;
    for (const char c : value) {
        if (c == '\\' || c == '"') result += '\\';
        if (c == '\n') {
            result += "\\n";
        } else {
            result += c;
        }
    }
    return result;
}

class MetricsWriter {
public:
    void head(std::string_view name, std::string_view type, std::string_view help) {
        fmt::format_to(to(), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }
    template <class Value>
    void value(std::string_view name, std::string_view labels, Value value) {
        fmt::format_to(to(), "{}{} {}\n", name, labels.empty() ? "" : fmt::format("{{{}}}", labels), value);
    }
    template <class Value>
    void counter(std::string_view name, std::string_view help, Value total) {
        head(name, "counter", help);
        value(name, "", total);
    }
    template <class Value>
    void gauge(std::string_view name, std::string_view help, Value now) {
        head(name, "gauge", help);
        value(name, "", now);
    }
    /// `unit` is what one of the histogram's own numbers is in the unit of the metric's name.
    template <std::size_t bound_count>
    void histogram(std::string_view name, std::string_view help, const runtime::Histogram<bound_count>& histogram,
                   double unit) {
        head(name, "histogram", help);
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < bound_count; ++i) {
            count += histogram.bucket(i);
            fmt::format_to(to(), "{}_bucket{{le=\"{:g}\"}} {}\n", name,
                           static_cast<double>(histogram.bounds()[i]) * unit, count);
        }
        count += histogram.bucket(bound_count);
        fmt::format_to(to(), "{}_bucket{{le=\"+Inf\"}} {}\n{}_sum {:g}\n{}_count {}\n", name, count, name,
                       static_cast<double>(histogram.sum()) * unit, name, count);
    }

    std::string text;

private:
    std::back_insert_iterator<std::string> to() { return std::back_inserter(text); }
};

void write_commits(MetricsWriter& out, const runtime::Metrics& metrics, const runtime::Mailbox& mailbox) {
    out.counter("tern_commands_total", "Commands executed.", metrics.commands.value());
    out.head("tern_commands_refused_total", "counter", "Commands refused before they were executed.");
    out.value("tern_commands_refused_total", "reason=\"overloaded\"", metrics.commands_refused_overloaded.value());
    out.value("tern_commands_refused_total", "reason=\"storage_full\"", metrics.commands_refused_storage_full.value());
    out.counter("tern_commits_total", "Write transactions committed.", metrics.commits.value());
    out.counter("tern_flushes_total", "Flushes beside those of commits.", metrics.flushes.value());
    out.counter("tern_batches_unchanged_total", "Batches that changed nothing and cost no commit.",
                metrics.batches_unchanged.value());
    out.histogram("tern_commit_seconds", "How long commits took, with their flush.", metrics.commit_microseconds, 1e-6);
    out.histogram("tern_flush_seconds", "How long flushes beside commits took.", metrics.flush_microseconds, 1e-6);
    out.histogram("tern_commit_commands", "Commands in a commit.", metrics.commands_per_commit, 1);
    out.gauge("tern_mailbox_commands", "Commands that wait for the commit thread.", mailbox.commands());
    out.gauge("tern_mailbox_bytes", "Bytes that wait for the commit thread.", mailbox.bytes());
}

void write_messages(MetricsWriter& out, const runtime::Metrics& metrics) {
    out.counter("tern_messages_sent_total", "Messages sent.", metrics.messages_sent.value());
    out.counter("tern_messages_received_total", "Messages received.", metrics.messages_received.value());
    out.counter("tern_messages_deleted_total", "Messages deleted.", metrics.messages_deleted.value());
    out.counter("tern_messages_expired_total", "Messages whose retention ended.", metrics.messages_expired.value());
    out.counter("tern_messages_dead_lettered_total", "Messages moved to a dead-letter queue.",
                metrics.messages_dead_lettered.value());
    out.counter("tern_messages_moved_total", "Messages moved by move tasks.", metrics.messages_moved.value());
    out.counter("tern_messages_deduplicated_total", "Sends recognised as repeated.",
                metrics.messages_deduplicated.value());
    out.counter("tern_messages_damaged_total", "Stored messages that failed their checksum.",
                metrics.messages_damaged.value());
    out.counter("tern_messages_given_back_total", "Messages whose receiver was gone.",
                metrics.messages_given_back.value());
    out.counter("tern_receives_empty_total", "Receives answered without a message.", metrics.receives_empty.value());
    out.counter("tern_refusals_total", "Commands that the engine refused.", metrics.refusals.value());
    out.gauge("tern_receives_waiting", "Long polls that wait.", metrics.waiting_receives.value());
}

void write_streams(MetricsWriter& out, const runtime::Metrics& metrics) {
    out.counter("tern_records_appended_total", "Records appended to streams.", metrics.records_appended.value());
    out.counter("tern_record_bytes_appended_total", "Bytes of the record batches appended.",
                metrics.record_bytes_appended.value());
    out.counter("tern_batches_duplicate_total", "Record batches recognised as repeated.",
                metrics.batches_duplicate.value());
    out.counter("tern_records_removed_total", "Records removed by retention and truncation.",
                metrics.records_removed.value());
    out.counter("tern_fetches_total", "Reads for fetches, those of waiting ones counted each time.",
                metrics.fetches.value());
    out.counter("tern_record_bytes_fetched_total", "Bytes of record batches read for fetches.",
                metrics.record_bytes_fetched.value());
    out.gauge("tern_fetches_waiting", "Fetches that wait.", metrics.waiting_fetches.value());
    out.counter("tern_offsets_committed_total", "Offsets committed by consumer groups.",
                metrics.offsets_committed.value());
    out.counter("tern_group_rebalances_total", "Changes of consumer groups' assignments.",
                metrics.group_rebalances.value());
    out.counter("tern_group_sessions_expired_total", "Members of consumer groups that were not heard of in time.",
                metrics.group_sessions_expired.value());
    out.counter("tern_transactions_total", "Transactions executed.", metrics.transactions.value());
}

void write_topics(MetricsWriter& out, const runtime::Metrics& metrics) {
    out.counter("tern_publications_total", "Publications accepted.", metrics.publications.value());
    out.counter("tern_publications_deduplicated_total", "Publications recognised as repeated.",
                metrics.publications_deduplicated.value());
    out.counter("tern_deliveries_total", "Publications put into subscribed queues and durable subscriptions.",
                metrics.deliveries.value());
    out.counter("tern_deliveries_failed_total",
                "Those that could not be, and went to a dead-letter queue if there is one.",
                metrics.deliveries_failed.value());
    out.counter("tern_endpoint_deliveries_total", "Deliveries to HTTP and HTTPS endpoints.",
                metrics.endpoint_deliveries.value());
    out.counter("tern_endpoint_deliveries_retried_total", "Those that failed and are tried again.",
                metrics.endpoint_deliveries_retried.value());
    out.counter("tern_endpoint_deliveries_failed_total",
                "Those that failed for good, and went to a dead-letter queue if there is one.",
                metrics.endpoint_deliveries_failed.value());
    out.gauge("tern_endpoint_deliveries_in_flight", "Deliveries to endpoints that are under way.",
              metrics.endpoint_deliveries_in_flight.value());
    out.counter("tern_pushes_total", "Publications pushed to subscribers, counting each of them.",
                metrics.pushes.value());
    out.counter("tern_pushes_dropped_total", "Publications that a slow subscriber did not get.",
                metrics.pushes_dropped.value());
    out.counter("tern_pushes_postponed_total", "Publications left for a slow subscriber to read from the history.",
                metrics.pushes_postponed.value());
    out.counter("tern_subscribers_ended_slow_total", "Sessions ended for a subscription that was too slow.",
                metrics.subscribers_ended_slow.value());
    out.gauge("tern_subscribers", "Subscriptions of sessions now.", metrics.subscribers.value());
    out.gauge("tern_subscribers_behind", "Those that read the history to catch up.",
              metrics.subscribers_behind.value());
    out.gauge("tern_presence_members", "Members on all topics.", metrics.presence_members.value());
}

void write_connections(MetricsWriter& out, const runtime::Metrics& metrics) {
    using Member = runtime::Counter runtime::ConnectionMetrics::*;
    const auto both = [&](std::string_view name, std::string_view type, std::string_view help, Member member) {
        out.head(name, type, help);
        out.value(name, "port=\"native\"", (metrics.native.*member).value());
        out.value(name, "port=\"http\"", (metrics.http.*member).value());
        out.value(name, "port=\"websocket\"", (metrics.websocket.*member).value());
    };
    using Connections = runtime::ConnectionMetrics;
    both("tern_connections", "gauge", "Connections now.", &Connections::open);
    both("tern_connections_accepted_total", "counter", "Connections accepted.", &Connections::accepted);
    both("tern_connections_refused_total", "counter", "Connections past a limit.", &Connections::refused);
    both("tern_connections_faulted_total", "counter", "Connections ended for what the peer did.",
         &Connections::ended_for_fault);
    both("tern_requests_total", "counter", "Requests.", &Connections::requests);
    both("tern_received_bytes_total", "counter", "Bytes received.", &Connections::bytes_in);
    both("tern_sent_bytes_total", "counter", "Bytes sent.", &Connections::bytes_out);
}

void write_storage(MetricsWriter& out, const store::Space& space) {
    out.gauge("tern_storage_state", "0: plenty, 1: low, 2: exhausted.", static_cast<int>(space.state));
    out.gauge("tern_storage_file_bytes", "Length of the data file.", space.file_bytes);
    out.gauge("tern_storage_used_bytes", "Bytes of it in use.", space.used_bytes);
    out.gauge("tern_storage_disk_free_bytes", "Free space of its disk.", space.disk_free_bytes);
}

void write_process(MetricsWriter& out) {
    const auto usage = runtime::process_usage();
    out.gauge("process_resident_memory_bytes", "Resident memory.", usage.rss_bytes);
    out.gauge("tern_process_anonymous_memory_bytes", "Resident memory without the map of the data file.",
              usage.rss_anonymous_bytes);
    out.counter("process_cpu_seconds_total", "User and system time.", usage.cpu_seconds);
    out.gauge("process_open_fds", "Open file descriptors.", usage.open_descriptors);
}

void write_queues(MetricsWriter& out, runtime::LocalBroker& broker) {
    const auto snapshot = broker.snapshot();
    const auto now = broker.now();
    out.gauge("tern_queues", "Queues.", engine::count_queues(*snapshot));
    const auto page = engine::list_queues(*snapshot, now, "", "", {queues_shown_max, {}});
    if (!page.has_value()) return;

    const auto each = [&](std::string_view name, std::string_view help, auto&& value_of) {
        out.head(name, "gauge", help);
        for (const auto& queue : page->queues) {
            out.value(name, "queue=\"" + escaped(queue.queue.name) + "\"", value_of(queue.counts));
        }
    };
    using Counts = engine::QueueCounts;
    each("tern_queue_visible", "Messages that can be received.", [](const Counts& counts) { return counts.visible; });
    each("tern_queue_in_flight", "Messages received and not deleted yet.",
         [](const Counts& counts) { return counts.in_flight; });
    each("tern_queue_delayed", "Messages not due yet.", [](const Counts& counts) { return counts.delayed; });
    each("tern_queue_oldest_seconds", "Age of the oldest message.", [&](const Counts& counts) {
        if (!counts.oldest_sent_at) return 0.0;
        return std::chrono::duration<double>(now - *counts.oldest_sent_at).count();
    });
}

}  // namespace

std::string metrics_text(runtime::LocalBroker& broker) {
    MetricsWriter out;
    out.head("tern_build_info", "gauge", "The version in its label.");
    out.value("tern_build_info", "version=\"" TERN_VERSION "\"", 1);
    const auto& metrics = broker.metrics();
    write_commits(out, metrics, broker.mailbox());
    write_messages(out, metrics);
    write_streams(out, metrics);
    write_topics(out, metrics);
    write_connections(out, metrics);
    write_storage(out, broker.last_space());
    write_process(out);
    write_queues(out, broker);
    return std::move(out.text);
}

}  // namespace tern::admin
