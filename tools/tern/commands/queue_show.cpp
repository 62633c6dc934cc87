#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/queue_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

constexpr std::chrono::seconds sampled_for{1};

struct ShowOptions {
    std::string name;
    bool rates = false;
};

/// Messages a second: over the last second when sampled, else on average since the queue was created.
struct Rates {
    double sent = 0;
    double received = 0;
    double deleted = 0;
    bool sampled = false;
};

Rates average_rates(const QueueDescription& queue) {
    const double seconds = std::max(static_cast<double>(age_of(queue.created_at).count()) / 1e3, 1.0);
    const auto rate = [&](std::uint64_t total) { return static_cast<double>(total) / seconds; };
    return {rate(queue.sent_total), rate(queue.received_total), rate(queue.deleted_total), false};
}

Rates rates_between(const QueueDescription& first, const QueueDescription& second, double seconds) {
    const auto rate = [&](std::uint64_t before, std::uint64_t after) {
        return after > before ? static_cast<double>(after - before) / seconds : 0.0;
    };
    return {rate(first.sent_total, second.sent_total), rate(first.received_total, second.received_total),
            rate(first.deleted_total, second.deleted_total), true};
}

void add_messages(Block& block, const QueueDescription& queue) {
    const auto& counts = queue.counts;
    block.add("visible", human_count(counts.visible));
    block.add("in flight", human_count(counts.in_flight));
    block.add("delayed", human_count(counts.delayed));
    if (counts.oldest_sent_at) block.add("oldest", rough_duration(age_of(*counts.oldest_sent_at)) + " ago");
    if (counts.damaged > 0) block.add("damaged", human_count(counts.damaged) + " (run `tern check DIR`)");
}

void add_rates(Block& block, const QueueDescription& queue, const Rates& rates) {
    block.add_heading(rates.sampled ? "Totals, and the rate of the last second" : "Totals, and the rate on average");
    block.add("sent", fmt::format("{}  {}", human_count(queue.sent_total), human_rate(rates.sent)));
    block.add("received", fmt::format("{}  {}", human_count(queue.received_total), human_rate(rates.received)));
    block.add("deleted", fmt::format("{}  {}", human_count(queue.deleted_total), human_rate(rates.deleted)));
}

std::string duration_or(const std::optional<milliseconds>& duration, const char* none) {
    return duration && duration->count() > 0 ? exact_duration(*duration) : none;
}

void add_settings(Block& block, const QueueSettings& settings) {
    block.add_heading("Settings");
    block.add("kind", settings.fifo.value_or(false) ? "FIFO: in order within each group" : "standard");
    block.add("visibility timeout", duration_or(settings.visibility_timeout, "none"));
    block.add("retention", duration_or(settings.retention, "none"));
    block.add("delay", duration_or(settings.delay, "none"));
    block.add("wait", duration_or(settings.wait, "none"));
    block.add("longest message", human_bytes(static_cast<std::uint64_t>(settings.message_bytes_max.value_or(0))));
    if (!settings.fifo.value_or(false)) return;
    const bool by_group = settings.deduplication_scope == DeduplicationScope::message_group;
    const bool per_group = settings.throughput_limit == ThroughputLimit::per_message_group_id;
    block.add("deduplication",
              fmt::format("{}, within the {}",
                          settings.content_based_deduplication.value_or(false) ? "by id or content" : "by id",
                          by_group ? "group" : "queue"));
    block.add("throughput limit", per_group ? "per group" : "per queue");
}

std::string join(const std::vector<std::string>& names, const char* separator) {
    return fmt::format("{}", fmt::join(names, separator));
}

void add_dead_letters(Block& block, const QueueDescription& queue) {
    const auto& redrive = queue.settings.redrive_policy;
    const auto& allow = queue.settings.redrive_allow_policy;
    const bool restricted = allow && allow->permission != RedriveAllow::all;
    if (!redrive && !restricted && queue.dead_letter_sources.empty()) return;

    block.add_heading("Dead letters");
    if (redrive) {
        block.add("go to", fmt::format("{} after {}", redrive->dead_letter_queue,
                                       counted(redrive->receive_count_max, "receive")));
    }
    if (!queue.dead_letter_sources.empty()) block.add("come from", join(queue.dead_letter_sources, "\n"));
    if (restricted) {
        block.add("accepted from",
                  allow->permission == RedriveAllow::none ? "no queue" : join(allow->source_queues, "\n"));
    }
}

std::string block_of(const QueueDescription& queue, const Rates& rates, const Context& context) {
    Block block;
    block.add_heading(queue.name);
    add_messages(block, queue);
    add_rates(block, queue, rates);
    add_settings(block, queue.settings);
    add_dead_letters(block, queue);
    if (!queue.tags.empty()) {
        block.add_heading("Tags");
        for (const auto& [key, value] : queue.tags) block.add(key, value);
    }
    block.add_heading("History");
    block.add("created", local_time(queue.created_at.time_since_epoch().count()));
    block.add("changed", local_time(queue.modified_at.time_since_epoch().count()));
    return block.render(context.style(), context.terminal().columns);
}

ExitCode show(Context& context, const ShowOptions& options) {
    const auto name = context.queue(options.name);
    auto queue = context.client().describe_queue(name);
    auto rates = average_rates(queue);
    if (options.rates) {
        const auto began_at = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(sampled_for);
        auto later = context.client().describe_queue(name);
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began_at;
        rates = rates_between(queue, later, passed.count());
        queue = std::move(later);
    }
    if (!context.json()) {
        context.out().write(block_of(queue, rates, context));
        return ExitCode::ok;
    }
    auto object = json_of(queue);
    object["rates"] = boost::json::object{{"sent_per_s", rates.sent},
                                          {"received_per_s", rates.received},
                                          {"deleted_per_s", rates.deleted},
                                          {"over", rates.sampled ? "last second" : "lifetime"}};
    context.out().write_json(object);
    return ExitCode::ok;
}

}  // namespace

void add_queue_show(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "show", "One queue at a glance: counts, rates, settings, dead letters, tags");
    auto options = std::make_shared<ShowOptions>();
    add_queue_name(command, options->name);
    command.add_flag("--rates", options->rates, "Watch for a second and tell the rates of now");
    line.on<ShowOptions>(command, options, show);
}

}  // namespace tern::cli
