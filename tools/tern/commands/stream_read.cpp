#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/streams/position_lookup.hpp"
#include "tools/tern/streams/reading.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

struct ReadOptions {
    std::string name;
    std::vector<std::uint32_t> partitions;
    std::optional<Position> from;
    std::optional<Position> to;
    std::optional<std::uint64_t> max;
    bool raw = false;
};

/// What there is now between the two positions.
std::vector<OffsetRange> ranges_of(Context& context, const StreamName& stream, const ReadOptions& options) {
    auto& client = context.client();
    const auto from = find_position(client, stream, options.partitions, options.from.value_or(Position{}));
    const auto to =
        find_position(client, stream, options.partitions, options.to.value_or(Position{Position::Kind::latest, 0, {}}));
    std::vector<OffsetRange> ranges;
    for (std::size_t index = 0; index < std::min(from.size(), to.size()); ++index) {
        const auto first = std::max(from[index].offset, from[index].start_offset);
        ranges.push_back({from[index].partition, first, std::min(to[index].offset, to[index].end_offset)});
    }
    return ranges;
}

/// Where a person goes on after what was written.
std::string standing_of(const RecordReader& reader, std::uint64_t written) {
    auto text = fmt::format("Written so far: {}.", counted(written, "record"));
    const auto positions = reader.positions();
    if (positions.size() == 1) {
        text +=
            fmt::format(" Go on with --partition {} --from {}.", positions.front().partition, positions.front().from);
    }
    return text;
}

ExitCode read(Context& context, const ReadOptions& options) {
    const auto stream = context.stream(options.name);
    RecordReader reader(fetch_by(context.client()), stream, ranges_of(context, stream, options));
    RecordWriter writer(context.out(), context.style(), record_format(context, options.raw));
    try {
        while (!options.max || writer.written() < *options.max) {
            const auto record = reader.next();
            if (!record) break;
            writer.write(*record);
        }
    } catch (const Error& error) {
        if (writer.written() == 0) throw;
        context.out().flush();
        auto failure = failure_of(error, context.server(), context.subject());
        failure.hint = standing_of(reader, writer.written()) + (failure.hint.empty() ? "" : "\n  " + failure.hint);
        throw failure;
    }
    context.out().flush();
    note_missed(context, reader);
    return ExitCode::ok;
}

}  // namespace

void add_stream_read(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "read", "Read records from one place to another, or to the end as it is now");
    auto options = std::make_shared<ReadOptions>();
    add_stream_name(command, options->name);
    add_position(command, "--from", options->from,
                 "earliest (default), latest, an offset, -1h for an hour ago, or a moment");
    add_position(command, "--to", options->to, "Up to this place, without it (default: latest)");
    command.add_option("--max", options->max, "Up to so many records")->type_name("N")->check(CLI::PositiveNumber);
    add_partitions(command, options->partitions, "This partition only; may be given more than once");
    command.add_flag("--raw", options->raw, "Values only, each with a line feed");
    line.on<ReadOptions>(command, options, read);
}

}  // namespace tern::cli
