#include "tools/tern/send/send_bodies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

namespace tern::cli {

namespace {

constexpr std::size_t bodies_per_batch = 100;
// Two of the longest bodies would not fit into one frame.
constexpr std::size_t bytes_per_batch = 1u << 20;

std::vector<SendResult> send_all(Context& context, const QueueName& queue, const NewMessage& message_template,
                                 std::vector<std::string> bodies) {
    std::vector<SendResult> results;
    std::vector<NewMessage> batch;
    std::size_t bytes = 0;
    const auto flush = [&] {
        if (batch.empty()) return;
        for (auto& result : context.client().send_batch(queue, batch)) results.push_back(std::move(result));
        batch.clear();
        bytes = 0;
    };
    for (auto& body : bodies) {
        bytes += body.size();
        if (batch.size() >= bodies_per_batch || bytes > bytes_per_batch) flush();
        batch.push_back(message_template);
        batch.back().body = std::move(body);
    }
    flush();
    return results;
}

void write_json(Context& context, const std::vector<SendResult>& results) {
    boost::json::array messages;
    boost::json::array failures;
    for (std::size_t index = 0; index < results.size(); ++index) {
        const auto& result = results[index];
        if (result.ok()) {
            messages.push_back(boost::json::object{{"id", to_string(result.id)}, {"sequence", result.sequence}});
            continue;
        }
        failures.push_back(boost::json::object{{"body", index + 1},
                                               {"name", std::string(name_of(result.status))},
                                               {"message", std::string(sentence_of(result.status))}});
    }
    context.out().write_json(boost::json::object{{"sent", messages.size()},
                                                 {"failed", failures.size()},
                                                 {"messages", std::move(messages)},
                                                 {"failures", std::move(failures)}});
}

}  // namespace

ExitCode send_bodies(Context& context, const std::string& queue, const NewMessage& message_template,
                     std::vector<std::string> bodies) {
    const auto results = send_all(context, context.queue(queue), message_template, std::move(bodies));
    // A single message that is refused is an error like any other.
    if (results.size() == 1 && !results.front().ok()) throw Error(results.front().status, results.front().detail);

    if (context.json()) {
        write_json(context, results);
    } else {
        for (std::size_t index = 0; index < results.size(); ++index) {
            const auto& result = results[index];
            if (result.ok()) context.out().write(to_string(result.id) + "\n");
            if (!result.ok()) context.note(fmt::format("body {}: {}", index + 1, sentence_of(result.status)));
        }
    }
    return std::ranges::all_of(results, &SendResult::ok) ? ExitCode::ok : ExitCode::failed;
}

}  // namespace tern::cli
