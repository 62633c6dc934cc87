#include "tools/tern/topics/publishing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/interruption.hpp"
#include "tools/tern/send/tell_report.hpp"
#include "tools/tern/text/progress_bar.hpp"
#include "tools/tern/topics/bulk_publisher.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t publications_per_batch = 100;
// Two of the longest would not fit into one frame.
constexpr std::size_t publication_bytes_per_batch = 1u << 20;

PublishResults publish_all(Context& context, std::vector<NewPublication> publications, const PublishOptions& options) {
    PublishResults all;
    std::vector<NewPublication> batch;
    std::size_t bytes = 0;
    const auto flush = [&] {
        if (batch.empty()) return;
        auto results = context.client().publish_batch(batch, options);
        for (auto& result : results.results) all.results.push_back(std::move(result));
        all.epoch = std::move(results.epoch);
        batch.clear();
        bytes = 0;
    };
    for (auto& publication : publications) {
        bytes += publication.data.size();
        if (batch.size() >= publications_per_batch || bytes > publication_bytes_per_batch) flush();
        batch.push_back(std::move(publication));
    }
    flush();
    return all;
}

boost::json::object json_of(const PublishResult& result, std::size_t number) {
    if (result.ok()) {
        boost::json::object object{{"id", to_string(result.id)}};
        if (result.offset) object["offset"] = *result.offset;
        if (result.duplicate) object["duplicate"] = true;
        return object;
    }
    return {{"publication", number},
            {"name", std::string(name_of(result.status))},
            {"message", std::string(sentence_of(result.status))}};
}

void write_json(Context& context, const PublishResults& results) {
    boost::json::array publications;
    boost::json::array failures;
    for (std::size_t index = 0; index < results.results.size(); ++index) {
        const auto& result = results.results[index];
        (result.ok() ? publications : failures).push_back(json_of(result, index + 1));
    }
    context.out().write_json(boost::json::object{{"published", publications.size()},
                                                 {"failed", failures.size()},
                                                 {"epoch", results.epoch},
                                                 {"publications", std::move(publications)},
                                                 {"failures", std::move(failures)}});
}

std::string line_of(const PublishResult& result) {
    const auto place = result.offset ? fmt::format("offset {}", *result.offset) : std::string("ephemeral");
    return fmt::format("{}{}\n", place, result.duplicate ? ", published before" : "");
}

}  // namespace

ExitCode publish_few(Context& context, std::vector<NewPublication> publications, const PublishOptions& options) {
    const auto results = publish_all(context, std::move(publications), options);
    const auto& entries = results.results;
    // A single publication that is refused is an error like any other.
    if (entries.size() == 1 && !entries.front().ok()) throw Error(entries.front().status, entries.front().detail);

    if (context.json()) {
        write_json(context, results);
    } else {
        for (std::size_t index = 0; index < entries.size(); ++index) {
            const auto& result = entries[index];
            if (result.ok()) context.out().write(line_of(result));
            if (!result.ok()) context.note(fmt::format("publication {}: {}", index + 1, sentence_of(result.status)));
        }
    }
    return std::ranges::all_of(entries, &PublishResult::ok) ? ExitCode::ok : ExitCode::failed;
}

ExitCode publish_lines(Context& context, const LinesToPublish& lines) {
    catch_interruption();
    const InputFile input(lines.file);
    PublicationLines publications(input.descriptor(), lines.from_line, lines.layout);
    auto client_options = context.client_options();
    if (lines.retry) client_options.give_up_after = *lines.retry;
    BlockingClient client(std::move(client_options));
    // A broker that is not there is better told before the first line is read.
    client.broker_status();

    // On a terminal where lines are typed, a bar would be in the way.
    ProgressBar bar(!context.json() && isatty(input.descriptor()) == 0, "publishing", "publication");
    const auto size = input.size();
    BulkPublisher publisher(client.asynchronous(), lines.options,
                            [&](std::uint64_t published, std::uint64_t input_bytes) {
                                bar.update({published, input_bytes, size});
                            });
    return tell_report(publisher.run(publications), context);
}

}  // namespace tern::cli
