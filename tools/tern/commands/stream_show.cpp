#include <fmt/format.h>

#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/queue_json.hpp"
#include "tools/tern/stream_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct ShowStreamOptions {
    std::string name;
};

void add_settings(Block& block, const StreamSettings& settings) {
    const auto retention = settings.retention.value_or(milliseconds(0));
    const auto retention_bytes = static_cast<std::uint64_t>(settings.retention_bytes.value_or(0));
    const bool append_time = settings.timestamp_type == TimestampType::append;
    block.add_heading("Settings");
    block.add("retention", retention.count() == 0 ? "for ever" : exact_duration(retention));
    block.add("partition keeps", retention_bytes == 0 ? "any size" : "up to " + human_bytes(retention_bytes));
    block.add("longest record", human_bytes(static_cast<std::uint64_t>(settings.record_bytes_max.value_or(0))));
    block.add("timestamps", append_time ? "append: the broker's clock" : "create: the producer's clock");
}

std::string block_of(const StreamDescription& stream, const Context& context) {
    Block block;
    block.add_heading(stream.name);
    block.add("records", human_count(records_of(stream)));
    block.add("size", human_bytes(bytes_of(stream)));
    block.add("partitions", human_count(stream.partitions.size()));
    add_settings(block, stream.settings);
    block.add_heading("History");
    block.add("created", local_time(stream.created_at.time_since_epoch().count()));
    block.add("changed", local_time(stream.modified_at.time_since_epoch().count()));
    return block.render(context.style(), context.terminal().columns);
}

std::string table_of(const StreamDescription& stream, const Context& context) {
    using enum Table::Align;
    Table table({{"Partition", right},
                 {"Start", right},
                 {"End", right},
                 {"Records", right},
                 {"Size", right},
                 {"Oldest", right},
                 {"Newest", right}});
    for (const auto& partition : stream.partitions) {
        table.add_row({std::to_string(partition.partition), human_count(partition.start_offset),
                       human_count(partition.end_offset), human_count(records_of(partition)),
                       human_bytes(partition.bytes), age_text(partition.oldest_at), age_text(partition.newest_at)});
    }
    return table.render(context.style(), context.terminal().columns);
}

std::string groups_of(const std::vector<GroupLag>& groups, const Context& context) {
    using enum Table::Align;
    Table table({{"Group"}, {"Lag", right}, {"Committed", right}});
    for (const auto& group : groups) {
        table.add_row({group.group, human_count(group.lag), age_text(group.committed_at)});
    }
    return table.render(context.style(), context.terminal().columns);
}

/// How far each group is that has committed offsets here.
std::vector<GroupLag> lags_in(Context& context, const StreamDescription& stream) {
    PartitionSet all{stream.name, {}};
    for (const auto& partition : stream.partitions) all.partitions.push_back(partition.partition);
    std::vector<GroupLag> groups;
    for (const auto& group : stream.groups) {
        const auto offsets = context.client().fetch_offsets({group, context.namespace_name()}, {all});
        for (auto& lag : lags_of(group, offsets)) groups.push_back(std::move(lag));
    }
    return groups;
}

ExitCode show(Context& context, const ShowStreamOptions& options) {
    const auto stream = context.client().describe_stream(context.stream(options.name));
    const auto groups = lags_in(context, stream);
    if (context.json()) {
        context.out().write_json(json_of(stream, groups));
        return ExitCode::ok;
    }
    context.out().write(block_of(stream, context));
    context.out().write("\n" + table_of(stream, context));
    if (!groups.empty()) context.out().write("\n" + groups_of(groups, context));
    return ExitCode::ok;
}

}  // namespace

void add_stream_show(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "show", "One stream at a glance: partitions, settings, groups with their lag");
    auto options = std::make_shared<ShowStreamOptions>();
    add_stream_name(command, options->name);
    line.on<ShowStreamOptions>(command, options, show);
}

}  // namespace tern::cli
