#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/position.hpp"
#include "tools/tern/streams/reading.hpp"
#include "tools/tern/topics/history_start.hpp"
#include "tools/tern/topics/push_text.hpp"
#include "tools/tern/topics/subscribing.hpp"

/// What comes from topics, and what they keep.
namespace tern::cli {

namespace {

CLI::Option* add_pattern(CLI::App& command, std::string& to) {
    return command
        .add_option("pattern", to,
                    "A subject, such as chat.room.42, or a pattern: '*' is one part, '>' at the end is all the rest")
        ->required()
        ->type_name("PATTERN");
}

CLI::Option* add_start(CLI::App& command, std::optional<HistoryStart>& to, const std::string& description) {
    const auto read = [&to](const std::string& text) {
        try {
            to = parse_start(text, current_time());
        } catch (const InputFailure& failure) {
            throw CLI::ValidationError("--from", failure.what());
        }
    };
    return command.add_option_function<std::string>("--from", read, description)->type_name("PLACE");
}

struct SubscribeCommandOptions {
    std::string pattern;
    std::optional<HistoryStart> from;
    std::optional<std::uint32_t> last;
    std::string filter;
    std::string filter_scope = "attributes";
    std::string slow;
    std::string durable;
    std::uint32_t in_flight_max = 100;
    std::optional<milliseconds> ack_wait;
    std::uint32_t deliveries_max = 0;
    std::string dead_letter_queue;
    bool no_acknowledge = false;
    bool presence = false;
    std::string member;
    std::string state;
    std::optional<std::uint64_t> count;
    std::optional<milliseconds> idle;
    bool raw = false;
};

std::optional<SlowPolicy> slow_policy_of(const std::string& text) {
    if (text == "catch-up") return SlowPolicy::catch_up;
    if (text == "drop-oldest") return SlowPolicy::drop_oldest;
    if (text == "disconnect") return SlowPolicy::disconnect;
    return std::nullopt;
}

ExitCode run_subscribe(Context& context, const SubscribeCommandOptions& options) {
    SubscribeRun run;
    auto& subscriber = run.subscriber;
    subscriber.namespace_name = context.topic(topic_of(options.pattern)).namespace_name;
    subscriber.pattern = options.pattern;
    if (options.from) subscriber.from = *options.from;
    if (options.last) subscriber.from = FromLast{*options.last};
    subscriber.filter_policy = options.filter;
    subscriber.filter_scope = options.filter_scope == "body" ? FilterScope::body : FilterScope::attributes;
    subscriber.slow_policy = slow_policy_of(options.slow);
    subscriber.durable = options.durable;
    subscriber.in_flight_max = options.in_flight_max;
    subscriber.ack_wait = options.ack_wait;
    subscriber.deliveries_max = options.deliveries_max;
    subscriber.dead_letter_queue = options.dead_letter_queue;
    subscriber.presence = options.presence;
    subscriber.member = options.member;
    subscriber.member_state = options.state;
    run.raw = options.raw;
    run.count = options.count;
    run.idle = options.idle;
    run.acknowledges = !options.no_acknowledge;
    return subscribe(context, std::move(run));
}

void add_durable_options(CLI::App& command, SubscribeCommandOptions& options) {
    const std::string group = "Durable subscriptions";
    auto* durable = command
                        .add_option("--durable", options.durable,
                                    "Under this name, which remembers what was acknowledged; made if need be")
                        ->type_name("NAME")
                        ->group(group);
    command.add_flag("--no-acknowledge", options.no_acknowledge, "Look only: what is written out comes again")
        ->needs(durable)
        ->group(group);
    command
        .add_option("--in-flight", options.in_flight_max, "So many are pushed without acknowledgement (default 100)")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->needs(durable)
        ->group(group);
    add_duration(command, "--ack-wait", options.ack_wait, "What is not acknowledged in this time is pushed again")
        ->needs(durable)
        ->group(group);
    command.add_option("--deliveries-max", options.deliveries_max, "After so many deliveries it is a dead letter")
        ->type_name("N")
        ->needs(durable)
        ->group(group);
    command.add_option("--dead-letter", options.dead_letter_queue, "Where dead letters go")
        ->type_name("QUEUE")
        ->needs(durable)
        ->group(group);
}

// ---- history

struct HistoryCommandOptions {
    std::string pattern;
    std::optional<HistoryStart> from;
    std::uint64_t max = 100;
    bool raw = false;
};

ExitCode history(Context& context, const HistoryCommandOptions& options) {
    HistoryOptions reading;
    reading.namespace_name = context.topic(topic_of(options.pattern)).namespace_name;
    // Without a place to begin: the last ones there are.
    reading.from = options.from.value_or(FromLast{static_cast<std::uint32_t>(options.max)});
    PushWriter writer(context.out(), context.style(), record_format(context, options.raw));
    bool more = false;
    do {
        const auto left = options.max - writer.written();
        reading.publications_max =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(left, protocol::history_publications_max));
        const auto piece = context.client().read_history(options.pattern, reading);
        for (const auto& publication : piece.publications) writer.write(publication);
        reading.from = FromOffset{piece.next_offset, piece.epoch};
        more = piece.more;
    } while (more && writer.written() < options.max);
    context.out().flush();
    if (writer.written() == 0) context.note("Nothing is kept there.");
    return ExitCode::ok;
}

}  // namespace

void add_topic_subscribe(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "subscribe", "Show what is published as it comes, until Ctrl-C");
    auto options = std::make_shared<SubscribeCommandOptions>();
    add_pattern(command, options->pattern);
    auto* from = add_start(command, options->from,
                           "Begin at: live (default), earliest, last:N, an offset, -1h for an hour ago, or a moment");
    command.add_option("--last", options->last, "Begin with the last N")->type_name("N")->excludes(from);
    command.add_option("--filter", options->filter, "A filter policy as of SNS, in JSON")->type_name("JSON");
    command.add_option("--filter-scope", options->filter_scope, "What it looks at: attributes (default) or body")
        ->type_name("SCOPE")
        ->check(CLI::IsMember({"attributes", "body"}));
    command
        .add_option("--slow", options->slow,
                    "When this reads too slowly: catch-up, drop-oldest or disconnect (default: catch-up where there is "
                    "a history, else drop-oldest)")
        ->type_name("POLICY")
        ->check(CLI::IsMember({"catch-up", "drop-oldest", "disconnect"}));
    add_durable_options(command, *options);
    command.add_flag("--presence", options->presence, "Show who is there, comes and goes");
    command.add_option("--member", options->member, "Be there oneself, under this name")->type_name("NAME");
    command.add_option("--state", options->state, "What the others are told of oneself")->type_name("TEXT");
    command.add_option("--count", options->count, "End after so many publications")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    add_duration(command, "--idle", options->idle, "End when nothing has come for so long");
    command.add_flag("--raw", options->raw, "Data only, each with a line feed");
    line.on<SubscribeCommandOptions>(command, options, run_subscribe);
}

void add_topic_history(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "history", "What a topic keeps; the last ones, unless told where to begin");
    auto options = std::make_shared<HistoryCommandOptions>();
    add_pattern(command, options->pattern);
    add_start(command, options->from, "Begin at: earliest, last:N, an offset, -1h for an hour ago, or a moment");
    command.add_option("--max", options->max, "Up to so many (default 100)")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command.add_flag("--raw", options->raw, "Data only, each with a line feed");
    line.on<HistoryCommandOptions>(command, options, history);
}

}  // namespace tern::cli
