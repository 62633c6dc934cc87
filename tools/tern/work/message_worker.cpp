#include "tools/tern/work/message_worker.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <utility>

#include "tools/tern/output.hpp"
#include "tools/tern/text/base64.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"
#include "tools/tern/work/child.hpp"

namespace tern::cli {

namespace {

// Linux starts no program with a single variable longer than 128 KiB.
constexpr std::size_t variable_bytes_max = 100u << 10;

void add(std::vector<std::string>& to, const std::string& name, const std::string& value) {
    if (name.size() + value.size() <= variable_bytes_max) to.push_back(name + "=" + value);
}

}  // namespace

std::vector<std::string> environment_of(const std::string& queue, const ReceivedMessage& message) {
    std::vector<std::string> variables;
    add(variables, "TERN_QUEUE", queue);
    add(variables, "TERN_MESSAGE_ID", to_string(message.id));
    add(variables, "TERN_RECEIVE_COUNT", std::to_string(message.receive_count));
    add(variables, "TERN_SEQUENCE", std::to_string(message.sequence));
    add(variables, "TERN_SENT_AT", utc_time(message.sent_at.time_since_epoch().count()));
    if (!message.group_id.empty()) add(variables, "TERN_GROUP_ID", message.group_id);
    if (!message.deduplication_id.empty()) add(variables, "TERN_DEDUPLICATION_ID", message.deduplication_id);
    if (!message.dead_letter_source.empty()) add(variables, "TERN_DEAD_LETTER_SOURCE", message.dead_letter_source);
    for (const auto& [name, type, value] : message.attributes) {
        const bool text = !type.starts_with("Binary") && value.find('\0') == std::string::npos;
        add(variables, environment_name("TERN_ATTRIBUTE_", name), text ? value : to_base64(value));
    }
    return variables;
}

MessageWorker::MessageWorker(Options options, ProgressBar& bar) : options_(std::move(options)), bar_(bar) {}

int MessageWorker::run_child(const ReceivedMessage& message, int output, int error_output) {
    const MemoryFile input(message.body);
    ChildCommand command{options_.command, environment_of(options_.queue, message), input.descriptor(), output,
                         error_output};
    std::optional<Child> child;
    const bool started = children_.start([&] { return child.emplace(command).process(); });
    if (!started) throw CommandFailed("stopped before it began");
    child->wait_for_end();
    children_.ended(child->process());
    return child->wait();
}

int MessageWorker::run_held(const ReceivedMessage& message) {
    const MemoryFile output;
    const MemoryFile error_output;
    const int code = run_child(message, output.descriptor(), error_output.descriptor());

    const std::lock_guard lock(output_mutex_);
    const auto text = output.content();
    const auto error_text = error_output.content();
    if (!text.empty() || !error_text.empty()) bar_.hide();
    std::fwrite(error_text.data(), 1, error_text.size(), stderr);
    Output out;
    out.write(text);
    out.flush();
    return code;
}

void MessageWorker::run(const ReceivedMessage& message) {
    const int code = options_.holds_output ? run_held(message) : run_child(message, -1, -1);
    if (code > 128) throw CommandFailed(fmt::format("the command was killed by signal {}", code - 128));
    if (code != 0) throw CommandFailed(fmt::format("the command ended with exit code {}", code));
}

void MessageWorker::say(const std::string& line) {
    const std::lock_guard lock(output_mutex_);
    bar_.hide();
    std::fputs((printable(line, false) + "\n").c_str(), stderr);
}

void MessageWorker::show(const Progress& progress) {
    const std::lock_guard lock(output_mutex_);
    bar_.update(progress);
}

}  // namespace tern::cli
