#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/streams/group_follow.hpp"
#include "tools/tern/streams/position_lookup.hpp"
#include "tools/tern/streams/reading.hpp"

namespace tern::cli {

namespace {

// A partition that is added is seen after so long at the latest.
constexpr milliseconds wait{5'000};

struct TailOptions {
    std::string name;
    std::vector<std::uint32_t> partitions;
    std::uint64_t last = 10;
    bool follow = false;
    bool raw = false;
    std::string group;
    std::string strategy = "cooperative-sticky";
    std::string start = "earliest";
    bool until_end = false;
};

/// The last records of each partition: those of the stream are among them.
std::vector<OffsetRange> ranges_of(Context& context, const StreamName& stream, const TailOptions& options) {
    std::vector<OffsetRange> ranges;
    const Position latest{Position::Kind::latest, 0, {}};
    for (const auto& end : find_position(context.client(), stream, options.partitions, latest)) {
        const auto first = end.end_offset - std::min(options.last, end.end_offset);
        ranges.push_back({end.partition, std::max(first, end.start_offset), end.end_offset});
    }
    return ranges;
}

void write_last(RecordReader& reader, const std::vector<OffsetRange>& ranges, std::uint64_t wanted,
                RecordWriter& writer) {
    std::uint64_t left = 0;
    for (const auto& range : ranges) left += range.to - std::min(range.from, range.to);
    while (const auto record = reader.next()) {
        if (left-- <= wanted) writer.write(*record);
    }
}

/// The partitions that a stream gets while it is followed, each from its first record.
class AddedPartitions {
public:
    AddedPartitions(BlockingClient& client, StreamName stream, std::size_t known)
        : client_(client),
          stream_(std::move(stream)),
          known_(known) {}

    void look(RecordReader& reader) {
        const auto now = std::chrono::steady_clock::now();
        if (now - looked_ < wait) return;
        looked_ = now;
        const auto partitions = client_.describe_stream(stream_).partitions.size();
        for (; known_ < partitions; ++known_) reader.add({static_cast<std::uint32_t>(known_), 0, 0});
    }

private:
    BlockingClient& client_;
    StreamName stream_;
    std::size_t known_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

/// Until a signal ends the process, the reader of our output goes away, or the stream does.
[[noreturn]] void follow(Context& context, RecordReader& reader, RecordWriter& writer, AddedPartitions* added) {
    reader.follow();
    bool lost = false;
    while (true) {
        try {
            reader.wait_for_more(wait);
            if (added != nullptr) added->look(reader);
            if (lost) context.note("The broker is back.");
            lost = false;
        } catch (const Error& error) {
            if (!error.is_connection_error()) throw;
            if (!lost)
                context.note(fmt::format("{} Waiting for the broker at {}.", error.sentence(), context.server()));
            lost = true;
        }
        while (const auto record = reader.next()) writer.write(*record);
        context.out().flush();
    }
}

ExitCode tail_in_group(Context& context, const TailOptions& options) {
    GroupFollowOptions follow{options.name, options.group, AssignmentStrategy::cooperative_sticky,
                              false,        options.raw,   options.until_end};
    if (options.strategy == "range") follow.strategy = AssignmentStrategy::range;
    follow.from_latest = options.start == "latest";
    return follow_in_group(context, follow);
}

ExitCode tail(Context& context, const TailOptions& options) {
    if (!options.group.empty()) return tail_in_group(context, options);
    const auto stream = context.stream(options.name);
    const auto ranges = ranges_of(context, stream, options);
    BlockingClient client(context.patient_client_options());
    RecordReader reader(fetch_by(client), stream, ranges);
    RecordWriter writer(context.out(), context.style(), record_format(context, options.raw));
    write_last(reader, ranges, options.last, writer);
    context.out().flush();
    if (!options.follow) return ExitCode::ok;
    AddedPartitions added(client, stream, ranges.size());
    // Who names partitions wants no others.
    follow(context, reader, writer, options.partitions.empty() ? &added : nullptr);
}

}  // namespace

void add_stream_tail(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "tail", "The last records of a stream; with -f also those that come");
    auto options = std::make_shared<TailOptions>();
    add_stream_name(command, options->name);
    auto* last =
        command.add_option("-n,--last", options->last, "So many records (default 10)")
            ->type_name("N")
            ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}, "a number from 0 to 1000000000"));
    command.add_flag("-f,--follow", options->follow, "Go on with the records that come, until Ctrl-C");
    auto* partitions = add_partitions(command, options->partitions, "This partition only; may be given more than once");
    command.add_flag("--raw", options->raw, "Values only, each with a line feed");
    auto* group = command
                      .add_option("--group", options->group,
                                  "Follow as a member of this consumer group, from where it stands, and commit what "
                                  "was written out")
                      ->type_name("GROUP")
                      ->excludes(last)
                      ->excludes(partitions);
    command.add_option("--strategy", options->strategy, "Of the group: cooperative-sticky (default) or range")
        ->type_name("STRATEGY")
        ->check(CLI::IsMember({"cooperative-sticky", "range"}))
        ->needs(group);
    command
        .add_option("--start", options->start,
                    "Where a group begins that has committed nothing: earliest (default) or latest")
        ->type_name("PLACE")
        ->check(CLI::IsMember({"earliest", "latest"}))
        ->needs(group);
    command
        .add_flag("--until-end", options->until_end,
                  "Of the group: end when it has read all that was there at the beginning")
        ->needs(group);
    line.on<TailOptions>(command, options, tail);
}

}  // namespace tern::cli
