#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct StatusOptions {};

double commands_per_commit(const BrokerStatus& status) {
    if (status.commits_total == 0) return 0;
    return static_cast<double>(status.commands_total) / static_cast<double>(status.commits_total);
}

void add_storage(Block& block, const std::string& storage) {
    if (storage == "ok") return block.add("storage", "ok", Block::Tone::good);
    if (storage == "low") {
        return block.add("storage", "low: sends are refused until there is space", Block::Tone::warning);
    }
    block.add("storage", storage + ": all changes are refused until there is space", Block::Tone::bad);
}

boost::json::object json_of(const BrokerStatus& status) {
    const auto uptime = status.now - status.started_at;
    return {{"version", status.version},
            {"data_folder", status.data_folder},
            {"started_at", utc_time(status.started_at.time_since_epoch().count())},
            {"uptime_ms", uptime.count()},
            {"storage", status.storage},
            {"file_bytes", status.file_bytes},
            {"used_bytes", status.used_bytes},
            {"disk_free_bytes", status.disk_free_bytes},
            {"queues", status.queues},
            {"streams", status.streams},
            {"groups", status.groups},
            {"connections", status.connections},
            {"waiting_receives", status.waiting_receives},
            {"waiting_fetches", status.waiting_fetches},
            {"topics", status.topics},
            {"subscribers", status.subscribers},
            {"commits_total", status.commits_total},
            {"commands_total", status.commands_total},
            {"commands_per_commit", commands_per_commit(status)},
            {"rss_anonymous_bytes", status.rss_anonymous_bytes},
            {"cpu_seconds", status.cpu_seconds}};
}

std::string block_of(const BrokerStatus& status, const Context& context) {
    Block block;
    block.add_heading(fmt::format("Tern {} at {}", status.version, context.server()));
    block.add("up", fmt::format("{}, since {}", rough_duration(status.now - status.started_at),
                                local_time(status.started_at.time_since_epoch().count())));
    add_storage(block, status.storage);
    block.add("data", status.data_folder);
    block.add("file", fmt::format("{}, {} of it in use, {} free on the disk", human_bytes(status.file_bytes),
                                  human_bytes(status.used_bytes), human_bytes(status.disk_free_bytes)));
    block.add("queues", human_count(status.queues));
    block.add("streams", fmt::format("{}, {}", human_count(status.streams), counted(status.groups, "consumer group")));
    block.add("topics", fmt::format("{}, {}", human_count(status.topics), counted(status.subscribers, "subscriber")));
    const auto waiting =
        fmt::format("{} waiting for messages, {} for records", counted(status.waiting_receives, "receive"),
                    counted(status.waiting_fetches, "fetch", "fetches"));
    block.add("connections", fmt::format("{}, {}", human_count(status.connections), waiting));
    block.add("commits",
              fmt::format("{}, {:.1f} commands each", human_count(status.commits_total), commands_per_commit(status)));
    block.add("memory", human_bytes(status.rss_anonymous_bytes));
    block.add("CPU", rough_duration(milliseconds(static_cast<std::int64_t>(status.cpu_seconds * 1e3))));
    return block.render(context.style(), context.terminal().columns);
}

ExitCode status(Context& context, const StatusOptions&) {
    const auto report = context.client().broker_status();
    if (context.json()) {
        context.out().write_json(json_of(report));
    } else {
        context.out().write(block_of(report, context));
    }
    return report.storage == "ok" ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_status(CommandLine& line, CLI::App& root) {
    auto& command = line.add(root, "status", "How the broker is; exit code 1 when its storage is not ok");
    line.on<StatusOptions>(command, std::make_shared<StatusOptions>(), status);
}

}  // namespace tern::cli
