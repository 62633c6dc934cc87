#include "tools/tern/send/bulk_sender.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "tools/tern/interruption.hpp"

namespace tern::cli {

using std::chrono::milliseconds;

namespace {

// A broker that is overloaded gets pauses that double between these.
constexpr milliseconds pause_first{50};
constexpr milliseconds pause_max{2'000};
// What a message takes on the wire besides its body, roughly.
constexpr std::size_t message_overhead_bytes = 64;

std::size_t bytes_of(const NewMessage& message) {
    std::size_t bytes = message.body.size() + message.group_id.size() + message_overhead_bytes;
    for (const auto& attribute : message.attributes) bytes += attribute.name.size() + attribute.value.size();
    return bytes;
}

}  // namespace

BulkSender::BulkSender(Client& client, QueueName queue, BulkOptions options, OnProgress on_progress)
    : client_(client),
      queue_(std::move(queue)),
      options_(options),
      on_progress_(std::move(on_progress)),
      gathered_(std::make_shared<Batch>()) {}

SendReport BulkSender::run(MessageLines& lines) {
    const auto began_at = std::chrono::steady_clock::now();
    read_all(lines);
    while (!on_their_way_.empty()) finish_oldest();

    report_.interrupted = interrupted();
    report_.settled_through_line = first_unsettled_line_ ? *first_unsettled_line_ - 1 : report_.last_line_read;
    report_.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_at);
    return std::move(report_);
}

bool BulkSender::is_full(const Batch& batch) const {
    return batch.messages.size() >= options_.batch_entries_max || batch.bytes >= options_.batch_bytes_max;
}

void BulkSender::read_all(MessageLines& lines) {
    while (!report_.ended_by) {
        // Whoever writes slowly (`tail -f | tern`) shall not wait for a batch to fill, nor for its answer to be seen.
        if (!lines.reader().ready()) {
            start_gathered(lines);
            while (!on_their_way_.empty()) finish_oldest();
            if (report_.ended_by) return;
        }
        NewMessage message;
        const auto next = lines.next(message);
        // After Ctrl-C the last line may be a half.
        if (next == MessageLines::Next::end || interrupted()) break;
        read_line(lines, next, std::move(message));
    }
    if (!report_.ended_by) start_gathered(lines);
}

void BulkSender::read_line(MessageLines& lines, MessageLines::Next next, NewMessage&& message) {
    const auto line = lines.reader().line_number();
    report_.last_line_read = line;
    if (next == MessageLines::Next::empty) {
        ++report_.empty_lines;
        return;
    }
    if (next == MessageLines::Next::refused) {
        report_.add_failure({line, "input_invalid", lines.failure()});
        return;
    }
    gathered_->bytes += bytes_of(message);
    gathered_->messages.push_back(std::move(message));
    gathered_->lines.push_back(line);
    if (is_full(*gathered_)) start_gathered(lines);
}

void BulkSender::start_gathered(const MessageLines& lines) {
    if (gathered_->messages.empty()) return;
    gathered_->input_bytes = lines.reader().bytes_consumed();
    start(std::exchange(gathered_, std::make_shared<Batch>()));
    while (on_their_way_.size() >= options_.batches_in_flight_max) finish_oldest();
}

void BulkSender::start(SharedBatch batch) {
    on_their_way_.add(batch, [&](auto token) { return client_.send_batch(queue_, batch->messages, token); });
}

void BulkSender::finish_oldest() {
    auto [batch, outcome] = on_their_way_.next();
    if (outcome.has_value()) {
        settle(*batch, *outcome);
    } else {
        fail(std::move(batch), outcome.error());
    }
}

void BulkSender::settle(const Batch& batch, const std::vector<SendResult>& results) {
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

void BulkSender::fail(SharedBatch batch, const Error& error) {
    const bool goes_on = !report_.ended_by && !interrupted();
    if (goes_on && error.status() == Status::overloaded) {
        batch->pause = std::clamp(batch->pause * 2, pause_first, pause_max);
        std::this_thread::sleep_for(batch->pause);
        return start(std::move(batch));
    }
    const bool lost = error.is_connection_error() && error.execution() == Execution::perhaps;
    if (goes_on && lost && options_.sends_again) {
        report_.sent_again += batch->messages.size();
        return start(std::move(batch));
    }
    give_up(*batch, error);
}

void BulkSender::give_up(const Batch& batch, const Error& error) {
    if (!report_.ended_by) report_.ended_by = error;
    first_unsettled_line_ = std::min(first_unsettled_line_.value_or(batch.lines.front()), batch.lines.front());
    if (error.execution() != Execution::perhaps) return;

    report_.perhaps += batch.messages.size();
    auto& range = report_.perhaps_lines;
    if (!range) range = LineRange{batch.lines.front(), batch.lines.back()};
    range->first = std::min(range->first, batch.lines.front());
    range->last = std::max(range->last, batch.lines.back());
}

}  // namespace tern::cli
