#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/progress_bar.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

constexpr milliseconds looked_at_every{200};

struct RedriveOptions {
    std::string name;
    std::optional<std::string> destination;
    std::optional<std::uint32_t> rate;
    std::optional<std::string> cancelled_task;
    bool list = false;
    bool follow = false;
};

std::string_view status_text(MoveStatus status) {
    switch (status) {
        case MoveStatus::running: return "running";
        case MoveStatus::completed: return "completed";
        case MoveStatus::cancelling: return "cancelling";
        case MoveStatus::cancelled: return "cancelled";
        case MoveStatus::failed: return "failed";
    }
    return "unknown";
}

bool is_over(MoveStatus status) {
    return status != MoveStatus::running && status != MoveStatus::cancelling;
}

boost::json::object task_as_json(const MoveTask& task) {
    boost::json::object object{{"source", task.source},
                               {"destination", nullptr},
                               {"status", std::string(status_text(task.status))},
                               {"started_at", utc_time(task.started_at.time_since_epoch().count())},
                               {"moved", task.moved},
                               {"to_move", task.to_move}};
    if (task.destination) object["destination"] = *task.destination;
    if (!task.task.empty()) object["task"] = task.task;
    if (task.messages_per_second_max) object["rate_max"] = *task.messages_per_second_max;
    if (!task.failure.empty()) object["failure"] = task.failure;
    return object;
}

ExitCode list(Context& context, const QueueName& queue) {
    const auto tasks = context.client().list_moves(queue);
    if (context.json()) {
        boost::json::array array;
        for (const auto& task : tasks) array.push_back(task_as_json(task));
        context.out().write_json(array);
        return ExitCode::ok;
    }
    using enum Table::Align;
    Table table({{"Started"}, {"State"}, {"Moved", right}, {"Of", right}, {"To"}, {"Task"}});
    for (const auto& task : tasks) {
        std::string state(status_text(task.status));
        if (!task.failure.empty()) state += ": " + task.failure;
        table.add_row({local_time(task.started_at.time_since_epoch().count()), state, human_count(task.moved),
                       human_count(task.to_move), task.destination.value_or("where they came from"),
                       task.task.empty() ? "-" : task.task});
    }
    // Never cut: the task's name is there to be copied.
    if (!table.empty()) context.out().write(table.render(context.style(), 0));
    if (table.empty()) context.note("Nothing was ever moved out of this queue.");
    return ExitCode::ok;
}

ExitCode cancel(Context& context, const std::string& task) {
    const auto cancelled = context.client().cancel_move(task);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"task", task}, {"moved", cancelled.moved}});
    } else {
        context.out().write(fmt::format("cancelled, after {}\n", counted(cancelled.moved, "message")));
    }
    return ExitCode::ok;
}

/// Watches the newest task of the queue until it is over.
MoveTask follow(Context& context, const QueueName& queue) {
    ProgressBar bar(!context.json(), "moving", "message");
    while (true) {
        const auto tasks = context.client().list_moves(queue, 1);
        if (tasks.empty()) throw Failure(ExitCode::failed, "the broker does not list the task any more");
        const auto& task = tasks.front();
        bar.update({task.moved, task.moved, task.to_move});
        if (is_over(task.status)) return task;
        std::this_thread::sleep_for(looked_at_every);
    }
}

ExitCode tell_end(Context& context, const MoveTask& task) {
    if (context.json()) {
        context.out().write_json(task_as_json(task));
    } else {
        context.out().write(fmt::format("{}: {} moved\n", status_text(task.status), counted(task.moved, "message")));
        if (!task.failure.empty()) context.note(task.failure);
    }
    return task.status == MoveStatus::completed ? ExitCode::ok : ExitCode::failed;
}

ExitCode start(Context& context, const QueueName& queue, const RedriveOptions& options) {
    MoveOptions wanted;
    wanted.destination = options.destination;
    wanted.messages_per_second_max = options.rate;
    const auto started = context.client().start_move(queue, wanted);
    if (options.follow) return tell_end(context, follow(context, queue));

    if (context.json()) {
        context.out().write_json(boost::json::object{{"task", started.task}});
    } else {
        context.out().write(fmt::format("moving, task {}\n", started.task));
        context.note(fmt::format("`tern queue redrive {} --follow` shows how far it is.", options.name));
    }
    return ExitCode::ok;
}

/// True when a move of this queue runs already, so that --follow joins it.
bool is_running(Context& context, const QueueName& queue) {
    const auto tasks = context.client().list_moves(queue, 1);
    return !tasks.empty() && !is_over(tasks.front().status);
}

ExitCode redrive(Context& context, const RedriveOptions& options) {
    const auto queue = context.queue(options.name);
    if (options.list) return list(context, queue);
    if (options.cancelled_task) return cancel(context, *options.cancelled_task);
    const bool joins = options.follow && !options.destination && !options.rate && is_running(context, queue);
    if (joins) return tell_end(context, follow(context, queue));
    return start(context, queue, options);
}

}  // namespace

void add_queue_redrive(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "redrive", "Move a dead-letter queue's messages back to where they came from");
    auto options = std::make_shared<RedriveOptions>();
    add_queue_name(command, options->name);
    auto* to = command.add_option("--to", options->destination, "Move them to this queue instead")->type_name("QUEUE");
    auto* rate =
        command.add_option("--rate", options->rate, "At most so many messages a second, 1 to 500")->type_name("N");
    auto* follow = command.add_flag("--follow", options->follow,
                                    "Show the progress until it is over; joins a move that runs already");
    auto* list = command.add_flag("--list", options->list, "The moves there were, newest first");
    auto* cancel = command.add_option("--cancel", options->cancelled_task, "Stop this task")->type_name("TASK");
    for (auto* other : {to, rate, follow}) {
        list->excludes(other);
        cancel->excludes(other);
    }
    list->excludes(cancel);
    line.on<RedriveOptions>(command, options, redrive);
}

}  // namespace tern::cli
