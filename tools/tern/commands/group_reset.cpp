#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/groups/offset_reset.hpp"
#include "tools/tern/streams/position_lookup.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct ResetOptions {
    std::string name;
    std::string stream;
    std::vector<std::uint32_t> partitions;
    std::optional<Position> to;
    std::optional<std::int64_t> shift;
    bool dry_run = false;
};

/// What the group has committed in the stream; nothing when there is no such group: the reset makes one.
std::vector<CommittedOffset> committed_in(Context& context, const ResetOptions& options) {
    try {
        const auto group = context.client().describe_group(context.group(options.name));
        if (!group.members.empty()) {
            throw refusal(Status::group_not_empty,
                          fmt::format("{} has {}: their offsets can only be set by themselves.", options.name,
                                      counted(group.members.size(), "member")),
                          options.name);
        }
        auto offsets = group.offsets;
        std::erase_if(offsets, [&](const CommittedOffset& offset) { return offset.stream != options.stream; });
        return offsets;
    } catch (const Error& error) {
        if (error.status() != Status::group_does_not_exist) throw;
        return {};
    }
}

std::vector<OffsetReset> resets_of(Context& context, const ResetOptions& options) {
    const auto committed = committed_in(context, options);
    const auto position = options.to.value_or(Position{});
    const auto found = find_position(context.client(), context.stream(options.stream), options.partitions, position);
    return options.shift ? resets_by(*options.shift, found, committed) : resets_to(found, committed);
}

/// A request takes so many offsets; a group without members changes for nobody in between.
void commit(Context& context, const ResetOptions& options, const std::vector<OffsetReset>& resets) {
    for (std::size_t at = 0; at < resets.size(); at += protocol::batch_entries_max) {
        const auto end = std::min(at + protocol::batch_entries_max, resets.size());
        std::vector<OffsetToCommit> offsets;
        for (auto i = at; i < end; ++i) offsets.push_back({options.stream, resets[i].partition, resets[i].after, {}});
        for (const auto& result : context.client().commit_offsets(context.group(options.name), {}, offsets))
            if (!result.ok()) throw Error(result.status, result.detail);
    }
}

void tell(Context& context, const ResetOptions& options, const std::vector<OffsetReset>& resets) {
    if (context.json()) {
        boost::json::array array;
        for (const auto& reset : resets) {
            array.push_back(
                boost::json::object{{"stream", options.stream},
                                    {"partition", reset.partition},
                                    {"before", reset.before ? boost::json::value(*reset.before) : boost::json::value()},
                                    {"after", reset.after}});
        }
        context.out().write_json(array);
        return;
    }
    using enum Table::Align;
    Table table({{"Stream"}, {"Partition", right}, {"Before", right}, {"", right}, {"After", right}});
    for (const auto& reset : resets) {
        table.add_row({options.stream, std::to_string(reset.partition), reset.before ? human_count(*reset.before) : "-",
                       "→", human_count(reset.after)});
    }
    context.out().write(table.render(context.style(), context.terminal().columns));
}

ExitCode reset(Context& context, const ResetOptions& options) {
    if (!options.to && !options.shift) {
        throw Failure(ExitCode::usage, "where to?",
                      "Say --to earliest, latest, an offset, -1h or a moment; or --shift N, back with a minus.");
    }
    const auto resets = resets_of(context, options);
    if (!options.dry_run) commit(context, options, resets);
    tell(context, options, resets);
    // What is noted belongs below the table.
    context.out().flush();
    if (std::ranges::any_of(resets, &OffsetReset::bounded)) {
        context.note("Some partitions do not reach so far: there it is the first or the last offset they have.");
    }
    if (options.dry_run) context.note("Nothing was changed.");
    return ExitCode::ok;
}

}  // namespace

void add_group_reset(CommandLine& line, CLI::App& group) {
    auto& command = line.add(group, "reset", "Set where a consumer group without members goes on");
    auto options = std::make_shared<ResetOptions>();
    add_group_name(command, options->name);
    command.add_option("--stream", options->stream, "In which stream")->required()->type_name("STREAM");
    auto* to =
        add_position(command, "--to", options->to, "earliest, latest, an offset, -1h for an hour ago, or a moment");
    auto* shift =
        command.add_option("--shift", options->shift, "So many records further, or back with a minus")->type_name("N");
    to->excludes(shift);
    add_partitions(command, options->partitions, "This partition only; may be given more than once");
    command.add_flag("--dry-run", options->dry_run, "Only tell what would be done");
    line.on<ResetOptions>(command, options, reset);
}

}  // namespace tern::cli
