#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/streams/position_lookup.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct TruncateOptions {
    std::string name;
    std::vector<std::uint32_t> partitions;
    std::optional<Position> before;
    std::optional<Position> before_time;
    bool yes = false;
};

const Position& wanted(const TruncateOptions& options) {
    if (options.before) return *options.before;
    if (!options.before_time) {
        throw Failure(ExitCode::usage, "nothing to truncate", "Say --before OFFSET, or --before-time -1h.");
    }
    if (options.before_time->kind != Position::Kind::time) {
        throw Failure(ExitCode::usage, "--before-time takes a time: -1h for an hour ago, or 2026-11-25T10:00:00Z",
                      "--before takes an offset.");
    }
    return *options.before_time;
}

/// Where each partition is to begin. Errors: Failure for an offset that means nothing here.
std::vector<FoundOffset> new_starts(Context& context, const StreamName& stream, const TruncateOptions& options) {
    const auto& position = wanted(options);
    auto starts = find_position(context.client(), stream, options.partitions, position);
    const bool by_offset = position.kind == Position::Kind::offset;
    if (by_offset && options.partitions.empty() && starts.size() > 1) {
        throw Failure(ExitCode::usage,
                      fmt::format("{} has {} partitions, each with offsets of its own", options.name, starts.size()),
                      "Name the partition with --partition N, or a time with --before-time.");
    }
    for (const auto& start : starts) {
        if (start.offset <= start.end_offset) continue;
        throw Failure(ExitCode::failed,
                      fmt::format("partition {} of {} ends at {}, before {}", start.partition, options.name,
                                  start.end_offset, start.offset),
                      fmt::format("Say --before {} to remove all that is there now.", start.end_offset));
    }
    return starts;
}

std::uint64_t removed_by(const FoundOffset& start) {
    return start.offset - std::min(start.start_offset, start.offset);
}

void tell(Context& context, const std::vector<FoundOffset>& starts) {
    if (context.json()) {
        boost::json::array array;
        for (const auto& start : starts) {
            array.push_back(boost::json::object{{"partition", start.partition},
                                                {"start_before", start.start_offset},
                                                {"start_offset", std::max(start.offset, start.start_offset)},
                                                {"removed", removed_by(start)}});
        }
        context.out().write_json(array);
        return;
    }
    using enum Table::Align;
    Table table({{"Partition", right}, {"Start before", right}, {"Start now", right}, {"Removed", right}});
    for (const auto& start : starts) {
        table.add_row({std::to_string(start.partition), human_count(start.start_offset),
                       human_count(std::max(start.offset, start.start_offset)), human_count(removed_by(start))});
    }
    context.out().write(table.render(context.style(), context.terminal().columns));
}

ExitCode truncate(Context& context, const TruncateOptions& options) {
    const auto stream = context.stream(options.name);
    const auto starts = new_starts(context, stream, options);
    std::uint64_t removed = 0;
    for (const auto& start : starts) removed += removed_by(start);
    const auto question = fmt::format("Remove {} of {} for good?", counted(removed, "record"), options.name);
    if (!context.confirmed(question, options.yes || removed == 0)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }

    for (const auto& start : starts) {
        if (removed_by(start) > 0) context.client().truncate_stream(stream, start.partition, start.offset);
    }
    tell(context, starts);
    return ExitCode::ok;
}

}  // namespace

void add_stream_truncate(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "truncate", "Remove a stream's oldest records for good");
    auto options = std::make_shared<TruncateOptions>();
    add_stream_name(command, options->name);
    auto* before = add_position(command, "--before", options->before,
                                "The records below this offset; `latest` stands for all that are there");
    auto* before_time = add_position(command, "--before-time", options->before_time,
                                     "The records before the first one of this time, such as -1h");
    before->excludes(before_time);
    add_partitions(command, options->partitions, "In this partition only; may be given more than once");
    command.add_flag("-y,--yes", options->yes, "Do not ask");
    line.on<TruncateOptions>(command, options, truncate);
}

}  // namespace tern::cli
