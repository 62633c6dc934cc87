#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

struct DeleteOptions {
    std::string name;
    std::vector<std::string> handles;
};

std::vector<EntryResult> delete_all(Context& context, const QueueName& queue, const std::vector<std::string>& handles) {
    std::vector<EntryResult> results;
    for (std::size_t at = 0; at < handles.size(); at += protocol::batch_entries_max) {
        const auto end = std::min(at + protocol::batch_entries_max, handles.size());
        const std::vector<std::string> part(handles.begin() + static_cast<std::ptrdiff_t>(at),
                                            handles.begin() + static_cast<std::ptrdiff_t>(end));
        for (auto& result : context.client().delete_batch(queue, part)) results.push_back(std::move(result));
    }
    return results;
}

ExitCode remove(Context& context, const DeleteOptions& options) {
    const auto results = delete_all(context, context.queue(options.name), options.handles);
    std::uint64_t deleted = 0;
    boost::json::array failures;
    for (std::size_t index = 0; index < results.size(); ++index) {
        const auto& result = results[index];
        if (result.ok()) {
            ++deleted;
            continue;
        }
        const std::string sentence(sentence_of(result.status));
        failures.push_back(boost::json::object{{"receipt_handle", options.handles[index]},
                                               {"status", static_cast<int>(result.status)},
                                               {"name", std::string(name_of(result.status))},
                                               {"message", sentence}});
        context.note(fmt::format("{}: {}", options.handles[index], sentence));
    }
    const bool failed = !failures.empty();
    if (context.json()) {
        context.out().write_json(boost::json::object{{"deleted", deleted}, {"failures", std::move(failures)}});
    } else {
        context.out().write(fmt::format("{} deleted\n", counted(deleted, "message")));
    }
    return failed ? ExitCode::failed : ExitCode::ok;
}

}  // namespace

void add_queue_delete(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "delete", "Delete received messages for good");
    auto options = std::make_shared<DeleteOptions>();
    add_queue_name(command, options->name);
    command.add_option("handles", options->handles, "The receipt handles that `receive` told")
        ->required()
        ->type_name("HANDLE");
    line.on<DeleteOptions>(command, options, remove);
}

}  // namespace tern::cli
