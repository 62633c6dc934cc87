#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/groups/group_listing.hpp"
#include "tools/tern/queue_json.hpp"
#include "tools/tern/stream_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct LagOptions {
    std::string name;
};

/// Every partition of one group.
ExitCode lag_of_one(Context& context, const std::string& name) {
    const auto offsets = context.client().fetch_offsets(context.group(name));
    if (context.json()) {
        boost::json::array array;
        for (const auto& offset : offsets) array.push_back(json_of(offset));
        context.out().write_json(array);
        return ExitCode::ok;
    }
    using enum Table::Align;
    Table table(
        {{"Stream"}, {"Partition", right}, {"Offset", right}, {"End", right}, {"Lag", right}, {"Committed", right}});
    for (const auto& offset : offsets) {
        const auto lag = lag_of(offset);
        table.add_row({offset.stream, std::to_string(offset.partition),
                       offset.offset ? human_count(*offset.offset) : "-",
                       offset.end_offset ? human_count(*offset.end_offset) : "-", lag ? human_count(*lag) : "-",
                       age_text(offset.committed_at)});
    }
    if (table.empty()) context.note(fmt::format("{} has not committed anything yet.", name));
    if (!table.empty()) context.out().write(table.render(context.style(), context.terminal().columns));
    return ExitCode::ok;
}

std::vector<GroupLag> all_lags(Context& context) {
    std::vector<GroupLag> lags;
    for (const auto& group : all_groups(context, "")) {
        const auto offsets = context.client().fetch_offsets(context.group(group.name));
        for (auto& lag : lags_of(group.name, offsets)) lags.push_back(std::move(lag));
    }
    return lags;
}

/// Every stream of every group.
ExitCode lag_of_all(Context& context) {
    const auto lags = all_lags(context);
    if (context.json()) {
        boost::json::array array;
        for (const auto& lag : lags) array.push_back(json_of(lag));
        context.out().write_json(array);
        return ExitCode::ok;
    }
    using enum Table::Align;
    Table table({{"Group"}, {"Stream"}, {"Partitions", right}, {"Lag", right}, {"Committed", right}});
    for (const auto& lag : lags) {
        table.add_row(
            {lag.group, lag.stream, human_count(lag.partitions), human_count(lag.lag), age_text(lag.committed_at)});
    }
    if (table.empty()) context.note("No consumer group has committed anything yet.");
    if (!table.empty()) context.out().write(table.render(context.style(), context.terminal().columns));
    return ExitCode::ok;
}

ExitCode lag(Context& context, const LagOptions& options) {
    return options.name.empty() ? lag_of_all(context) : lag_of_one(context, options.name);
}

}  // namespace

void add_group_lag(CommandLine& line, CLI::App& group) {
    auto& command = line.add(group, "lag", "How far behind: a row a stream, or a row a partition of one group");
    auto options = std::make_shared<LagOptions>();
    add_group_name(command, options->name)->required(false);
    line.on<LagOptions>(command, options, lag);
}

}  // namespace tern::cli
