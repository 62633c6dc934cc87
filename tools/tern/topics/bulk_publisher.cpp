#include "tools/tern/topics/bulk_publisher.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "tools/tern/interruption.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t batch_publications_max = 250;
constexpr std::size_t batch_bytes_max = 1u << 20;
constexpr std::size_t batches_in_flight_max = 8;
// What a publication takes on the wire besides its data, roughly.
constexpr std::size_t publication_overhead_bytes = 96;

}  // namespace

BulkPublisher::BulkPublisher(Client& client, PublishOptions options, OnProgress on_progress)
    : client_(client),
      options_(std::move(options)),
      on_progress_(std::move(on_progress)) {
    report_.wording = {"publication", "published", "publication", "publications"};
}

SendReport BulkPublisher::run(PublicationLines& lines) {
    const auto began_at = std::chrono::steady_clock::now();
    read_all(lines);
    while (!on_their_way_.empty()) finish_oldest();

    report_.interrupted = interrupted();
    report_.settled_through_line = first_unsettled_line_ ? *first_unsettled_line_ - 1 : report_.last_line_read;
    report_.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_at);
    return std::move(report_);
}

void BulkPublisher::read_all(PublicationLines& lines) {
    while (!report_.ended_by) {
        // Whoever writes slowly (`tail -f | tern`) shall not wait for a batch to fill, nor for its answer to be seen.
        if (!lines.reader().ready()) {
            start_gathered(lines);
            while (!on_their_way_.empty()) finish_oldest();
            if (report_.ended_by) return;
        }
        NewPublication publication;
        const auto next = lines.next(publication);
        // After Ctrl-C the last line may be a half.
        if (next == PublicationLines::Next::end || interrupted()) break;
        read_line(lines, next, std::move(publication));
    }
    if (!report_.ended_by) start_gathered(lines);
}

void BulkPublisher::read_line(PublicationLines& lines, PublicationLines::Next next, NewPublication&& publication) {
    const auto line = lines.reader().line_number();
    report_.last_line_read = line;
    if (next == PublicationLines::Next::empty) {
        ++report_.empty_lines;
        return;
    }
    if (next == PublicationLines::Next::refused) {
        report_.add_failure({line, "input_invalid", lines.failure()});
        return;
    }
    gathered_.bytes += publication.data.size() + publication.subject.size() + publication_overhead_bytes;
    gathered_.publications.push_back(std::move(publication));
    gathered_.lines.push_back(line);
    const bool full = gathered_.publications.size() >= batch_publications_max || gathered_.bytes >= batch_bytes_max;
    if (full) start_gathered(lines);
}

void BulkPublisher::start_gathered(const PublicationLines& lines) {
    if (gathered_.publications.empty()) return;
    gathered_.input_bytes = lines.reader().bytes_consumed();
    auto batch = std::make_shared<Batch>(std::exchange(gathered_, Batch()));
    on_their_way_.add(batch, [&](auto token) { return client_.publish_batch(batch->publications, options_, token); });
    while (on_their_way_.size() >= batches_in_flight_max) finish_oldest();
}

void BulkPublisher::finish_oldest() {
    auto [batch, outcome] = on_their_way_.next();
    if (outcome.has_value()) {
        settle(*batch, outcome->results);
    } else {
        give_up(*batch, outcome.error());
    }
}

void BulkPublisher::settle(const Batch& batch, const std::vector<PublishResult>& results) {
    for (std::size_t index = 0; index < batch.lines.size() && index < results.size(); ++index) {
        const auto& result = results[index];
        if (result.ok()) {
            ++report_.sent;
        } else {
            const auto sentence = std::string(sentence_of(result.status));
            report_.add_failure({batch.lines[index], std::string(name_of(result.status)), sentence});
        }
    }
    on_progress_(report_.sent, batch.input_bytes);
}

void BulkPublisher::give_up(const Batch& batch, const Error& error) {
    if (!report_.ended_by) report_.ended_by = error;
    first_unsettled_line_ = std::min(first_unsettled_line_.value_or(batch.lines.front()), batch.lines.front());
    if (error.execution() != Execution::perhaps) return;

    report_.perhaps += batch.publications.size();
    auto& range = report_.perhaps_lines;
    if (!range) range = LineRange{batch.lines.front(), batch.lines.back()};
    range->first = std::min(range->first, batch.lines.front());
    range->last = std::max(range->last, batch.lines.back());
}

}  // namespace tern::cli
