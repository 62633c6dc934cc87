#include "broker/frontends/native/queries.hpp"

#include <utility>
#include <variant>

#include "broker/engine/group_queries.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/native/topic_queries.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/process_usage.hpp"

namespace tern::native {

namespace {

std::string_view name_of(store::SpaceState state) {
    switch (state) {
        case store::SpaceState::plenty: return "ok";
        case store::SpaceState::low: return "low";
        case store::SpaceState::exhausted: return "exhausted";
    }
    return "";
}

/// The field that a refusal speaks of, where the status leaves no doubt.
std::string_view field_of(Errc status) {
    if (status == Errc::page_size_invalid) return "entries_max";
    return status == Errc::page_token_invalid ? "page_token" : "";
}

struct Answering {
    runtime::Broker& broker;
    Timestamp started_at;
    ReplyWriter& writer;
    ReplyTo to;

    Errc operator()(const DescribeQueue& query) const {
        const auto snapshot = broker.snapshot();
        const auto queue = engine::describe_queue(*snapshot, broker.now(), query.queue);
        if (!queue.has_value()) return queue.error();
        const auto sources = engine::list_dead_letter_sources(*snapshot, query.queue, {});
        if (!sources.has_value()) return sources.error();
        return writer.write(to, *queue, sources->names);
    }
    Errc operator()(const ListQueues& query) const {
        const auto snapshot = broker.snapshot();
        const auto page = engine::list_queues(*snapshot, broker.now(), query.namespace_name, query.prefix, query.page);
        return page.has_value() ? writer.write(to, *page) : page.error();
    }
    Errc operator()(const ListDeadLetterSources& query) const {
        const auto snapshot = broker.snapshot();
        const auto page = engine::list_dead_letter_sources(*snapshot, query.queue, query.page);
        return page.has_value() ? writer.write(to, *page) : page.error();
    }
    Errc operator()(const Peek& query) const {
        const auto snapshot = broker.snapshot();
        const auto messages = engine::peek(*snapshot, broker.now(), query.queue, query.filter);
        return messages.has_value() ? writer.write(to, *messages) : messages.error();
    }
    Errc operator()(const ListMoves& query) const {
        const auto snapshot = broker.snapshot();
        const auto tasks = engine::list_moves(*snapshot, query.source, query.entries_max);
        return tasks.has_value() ? writer.write(to, *tasks) : tasks.error();
    }
    Errc operator()(const DescribeStream& query) const {
        const auto snapshot = broker.snapshot();
        const auto stream = engine::describe_stream(*snapshot, query.stream, broker.durable_end());
        return stream.has_value() ? writer.write(to, *stream) : stream.error();
    }
    Errc operator()(const ListStreams& query) const {
        const auto snapshot = broker.snapshot();
        const auto page = engine::list_streams(*snapshot, query.namespace_name, query.prefix, query.page);
        return page.has_value() ? writer.write(to, *page) : page.error();
    }
    Errc operator()(const engine::FindOffsets& query) const {
        const auto snapshot = broker.snapshot();
        const auto found = engine::find_offsets(*snapshot, query, broker.durable_end());
        return found.has_value() ? writer.write(to, *found) : found.error();
    }
    Errc operator()(const FetchOffsets& query) const {
        const auto snapshot = broker.snapshot();
        if (query.page) {
            const auto page = engine::fetch_offsets_page(*snapshot, query.group, *query.page, broker.durable_end());
            return page.has_value() ? writer.write(to, *page) : page.error();
        }
        auto offsets = engine::fetch_offsets(*snapshot, query.group, query.partitions, broker.durable_end());
        return offsets.has_value() ? writer.write(to, engine::OffsetPage{std::move(*offsets), {}}) : offsets.error();
    }
    Errc operator()(const ListGroups& query) const {
        const auto snapshot = broker.snapshot();
        const auto page = engine::list_groups(*snapshot, query.namespace_name, query.prefix, query.page);
        return page.has_value() ? writer.write(to, *page) : page.error();
    }
    Errc operator()(const DescribeGroup& query) const {
        const auto snapshot = broker.snapshot();
        const auto durable_end = broker.durable_end();
        const auto group = query.page ? engine::describe_group_page(*snapshot, query.group, *query.page, durable_end)
                                      : engine::describe_group(*snapshot, query.group, durable_end);
        return group.has_value() ? writer.write(to, *group) : group.error();
    }
    template <class OfTopics>
    Errc operator()(const OfTopics& query) const {
        return native::answer(broker, writer, to, query);
    }
    Errc operator()(const ReportStatus&) const {
        writer.write(to, report());
        return Errc::ok;
    }

    StatusReport report() const {
        const auto space = broker.last_space();
        const auto& metrics = broker.metrics();
        const auto usage = runtime::process_usage();
        StatusReport report;
        report.version = TERN_VERSION;
        report.data_folder = broker.data_folder();
        report.started_at = started_at;
        report.now = broker.now();
        const auto snapshot = broker.snapshot();
        report.queues = engine::count_queues(*snapshot);
        report.streams = engine::count_streams(*snapshot);
        report.groups = engine::count_groups(*snapshot);
        report.topics = engine::count_topics(*snapshot);
        report.subscribers = metrics.subscribers.value();
        report.connections = metrics.native.open.value();
        report.waiting_receives = metrics.waiting_receives.value();
        report.waiting_fetches = metrics.waiting_fetches.value();
        report.commits_total = metrics.commits.value();
        report.commands_total = metrics.commands.value();
        report.file_bytes = space.file_bytes;
        report.used_bytes = space.used_bytes;
        report.disk_free_bytes = space.disk_free_bytes;
        report.storage = name_of(space.state);
        report.rss_anonymous_bytes = usage.rss_anonymous_bytes;
        report.cpu_seconds = usage.cpu_seconds;
        return report;
    }
};

}  // namespace

void answer_query(runtime::Broker& broker, Timestamp started_at, ReplyWriter& writer, ReplyTo to, const Query& query) {
    const auto status = std::visit(Answering{broker, started_at, writer, to}, query);
    if (status != Errc::ok) writer.refuse(to, status, field_of(status));
}

engine::Fetched read_streams(runtime::Broker& broker, const Fetch& fetch) {
    // The snapshot begins first, or it could see what is not durable yet and the other does not know of.
    const auto snapshot = broker.snapshot();
    const auto durable_end = broker.durable_end();
    auto fetched = engine::fetch(*snapshot, fetch.positions, fetch.limits, durable_end);
    auto& metrics = broker.metrics();
    metrics.fetches.add();
    metrics.record_bytes_fetched.add(fetched.bytes);
    return fetched;
}

}  // namespace tern::native
