#include "tools/tern/streams/group_follow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tern/blocking_stream_consumer.hpp"
#include "tools/tern/interruption.hpp"
#include "tools/tern/streams/reading.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t records_per_poll = 1'000;
// Ctrl-C is seen after a poll.
constexpr milliseconds poll_wait{250};

StreamConsumerOptions consumer_options(Context& context, const GroupFollowOptions& options) {
    StreamConsumerOptions consumer;
    consumer.namespace_name = context.namespace_name();
    consumer.group = options.group;
    consumer.streams = {options.stream};
    consumer.strategy = options.strategy;
    consumer.start = options.from_latest ? StartPosition::latest : StartPosition::earliest;
    // Committed is only what has left our hands.
    consumer.commit_automatically = false;
    consumer.on_error = [&context](const Error& error) {
        context.note(fmt::format("{} Going on when that is over.", error.sentence()));
    };
    return consumer;
}

void write(const std::vector<ConsumedRecord>& records, RecordWriter& writer) {
    for (const auto& consumed : records) {
        protocol::Record record;
        record.offset = static_cast<std::int64_t>(consumed.offset);
        record.timestamp_ms = consumed.timestamp.time_since_epoch().count();
        record.key = consumed.key;
        record.value = consumed.value;
        for (const auto& [key, value] : consumed.headers) record.headers.push_back({key, value});
        writer.write({consumed.partition, &record});
    }
}

/// A commit that failed and is no reason to end: the broker is away, or the partition has gone to another member, who
/// shows those records again.
bool passes(const Error& error) {
    return error.is_connection_error() || error.status() == Status::partition_not_assigned ||
           error.status() == Status::group_generation_stale || error.status() == Status::group_member_unknown;
}

/// False when it has to be tried again.
bool commit(Context& context, BlockingStreamConsumer& consumer) {
    try {
        consumer.commit();
        return true;
    } catch (const Error& error) {
        if (!passes(error)) throw;
        context.note(fmt::format("{} What was just shown may be shown again.", error.sentence()));
        return false;
    }
}

/// True when the group, whichever of its members, has committed all that is below these ends.
bool all_read(Context& context, const GroupFollowOptions& options, const StreamDescription& ends) {
    const GroupName group(options.group, context.namespace_name());
    std::vector<std::uint64_t> committed(ends.partitions.size());
    for (const auto& one : context.client().fetch_offsets(group, {})) {
        const bool counts = one.stream == options.stream && one.partition < committed.size();
        if (counts) committed[one.partition] = one.offset.value_or(0);
    }
    return std::ranges::all_of(ends.partitions, [&](const PartitionDescription& partition) {
        const auto at = committed[partition.partition];
        const bool empty = partition.start_offset == partition.end_offset;
        return empty || at >= partition.end_offset || (options.from_latest && at == 0);
    });
}

/// True when it ended by itself.
bool work(Context& context, const GroupFollowOptions& options, const StreamDescription& ends,
          BlockingStreamConsumer& consumer, RecordWriter& writer) {
    bool committed = true;
    while (!interrupted()) {
        const auto records = consumer.poll(records_per_poll, poll_wait);
        if (records.empty()) {
            // With no further records nothing else would commit what could not be committed when it was shown.
            if (!committed) committed = commit(context, consumer);
            if (options.until_end && all_read(context, options, ends)) return true;
            continue;
        }
        write(records, writer);
        context.out().flush();
        committed = commit(context, consumer);
    }
    return false;
}

}  // namespace

ExitCode follow_in_group(Context& context, const GroupFollowOptions& options) {
    catch_interruption();
    // A stream that is not there, or a broker, is told at once.
    const auto ends = context.client().describe_stream(context.stream(options.stream));

    BlockingClient client(context.patient_client_options());
    BlockingStreamConsumer consumer(client, consumer_options(context, options));
    RecordWriter writer(context.out(), context.style(), record_format(context, options.raw));
    bool ended = false;
    try {
        ended = work(context, options, ends, consumer, writer);
    } catch (const OutputFailure&) {
        consumer.close();
        throw;
    }
    consumer.close();
    return ended ? ExitCode::ok : ExitCode::interrupted;
}

}  // namespace tern::cli
