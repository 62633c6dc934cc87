#include <fmt/format.h>

#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/groups/group_tables.hpp"
#include "tools/tern/queue_json.hpp"
#include "tools/tern/stream_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct ShowGroupOptions {
    std::string name;
};

Block::Tone tone_of(GroupState state) {
    if (state == GroupState::stable) return Block::Tone::good;
    return state == GroupState::rebalancing ? Block::Tone::warning : Block::Tone::plain;
}

std::string group_block(const GroupDescription& group, const Context& context) {
    Block block;
    block.add_heading(group.summary.name);
    block.add("state", std::string(text_of(group.summary.state)), tone_of(group.summary.state));
    block.add("members", human_count(group.members.size()));
    block.add("generation", std::to_string(group.summary.generation));
    block.add("strategy", std::string(text_of(group.summary.strategy)));
    block.add("lag", counted(lag_of(group.offsets), "record"));
    return block.render(context.style(), context.terminal().columns);
}

std::string members_of(const GroupDescription& group, const Context& context) {
    using enum Table::Align;
    Table table({{"Member"}, {"Client"}, {"Age", right}, {"Partitions"}});
    for (const auto& member : group.members) {
        const auto name =
            member.instance.empty() ? member.member : fmt::format("{} ({})", member.member, member.instance);
        table.add_row({name, member.client.empty() ? "-" : member.client, rough_duration(age_of(member.joined_at)),
                       shown_assignment(member.assigned)});
    }
    return table.render(context.style(), context.terminal().columns);
}

std::string number_or_dash(const std::optional<std::uint64_t>& number) {
    return number ? human_count(*number) : "-";
}

std::string offsets_of(const GroupDescription& group, const Context& context) {
    using enum Table::Align;
    Table table({{"Stream"},
                 {"Partition", right},
                 {"Offset", right},
                 {"End", right},
                 {"Lag", right},
                 {"Committed", right},
                 {"Member"}});
    for (const auto& [offset, member] : partitions_of(group)) {
        table.add_row({offset.stream, std::to_string(offset.partition), number_or_dash(offset.offset),
                       number_or_dash(offset.end_offset), number_or_dash(lag_of(offset)), age_text(offset.committed_at),
                       member.empty() ? "-" : member});
    }
    return table.empty() ? "" : table.render(context.style(), context.terminal().columns);
}

ExitCode show(Context& context, const ShowGroupOptions& options) {
    const auto group = context.client().describe_group(context.group(options.name));
    if (context.json()) {
        context.out().write_json(json_of(group));
        return ExitCode::ok;
    }
    context.out().write(group_block(group, context));
    if (!group.members.empty()) context.out().write("\n" + members_of(group, context));
    if (const auto offsets = offsets_of(group, context); !offsets.empty()) context.out().write("\n" + offsets);
    return ExitCode::ok;
}

}  // namespace

void add_group_show(CommandLine& line, CLI::App& group) {
    auto& command = line.add(group, "show", "One consumer group at a glance: state, members, offsets with their lag");
    auto options = std::make_shared<ShowGroupOptions>();
    add_group_name(command, options->name);
    line.on<ShowGroupOptions>(command, options, show);
}

}  // namespace tern::cli
