#include "tools/tern/append/bulk_appender.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "tools/tern/interruption.hpp"

namespace tern::cli {

namespace {

using std::chrono::milliseconds;

// Enough to fill the batches that the producer has on their way, whatever the length of the records.
constexpr std::size_t records_on_their_way_max = 200'000;
constexpr std::size_t bytes_on_their_way_max = 32u << 20;
// What a record takes in memory besides its bytes, roughly.
constexpr std::size_t record_overhead_bytes = 64;
constexpr milliseconds progress_told_every{100};
constexpr std::uint64_t lines_between_progress = 4'096;

std::size_t bytes_of(const NewRecord& record) {
    std::size_t bytes = record_overhead_bytes;
    if (record.key) bytes += record.key->size();
    if (record.value) bytes += record.value->size();
    for (const auto& header : record.headers) bytes += header.key.size() + (header.value ? header.value->size() : 0);
    return bytes;
}

/// The line alone is refused, and the next may be better.
bool is_of_the_line(const Error& error) {
    return error.status() == Status::record_too_large || error.status() == Status::record_batch_too_large;
}

}  // namespace

BulkAppender::BulkAppender(Client& client, StreamName stream, ProducerOptions options, OnProgress on_progress)
    : producer_(std::in_place, client, std::move(stream), std::move(options)),
      on_progress_(std::move(on_progress)) {
    report_.wording = {"record", "appended", "batch", "batches"};
}

SendReport BulkAppender::run(RecordLines& lines) {
    const auto began_at = std::chrono::steady_clock::now();
    read_all(lines);
    wait_for_the_rest();

    report_.interrupted = interrupted();
    report_.settled_through_line = first_unsettled_line_ ? *first_unsettled_line_ - 1 : report_.last_line_read;
    report_.stored_behind = last_line_stored_ > report_.settled_through_line;
    report_.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_at);
    return std::move(report_);
}

void BulkAppender::read_all(RecordLines& lines) {
    while (true) {
        NewRecord record;
        const auto next = lines.next(record);
        // After Ctrl-C the last line may be a half.
        if (next == RecordLines::Next::end || interrupted()) return;
        const Line line{lines.reader().line_number(), lines.reader().bytes_consumed(), bytes_of(record)};
        {
            const std::lock_guard lock(mutex_);
            if (report_.ended_by) return;
            report_.last_line_read = line.number;
            if (next == RecordLines::Next::empty) ++report_.empty_lines;
            if (next == RecordLines::Next::refused)
                report_.add_failure({line.number, "input_invalid", lines.failure()});
        }
        if (next == RecordLines::Next::record) start(line, std::move(record));
        if (line.number % lines_between_progress == 0) tell_progress();
    }
}

void BulkAppender::start(const Line& line, NewRecord&& record) {
    if (!wait_for_room()) {
        const std::lock_guard lock(mutex_);
        first_unsettled_line_ = std::min(first_unsettled_line_.value_or(line.number), line.number);
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        ++records_on_their_way_;
        bytes_on_their_way_ += line.bytes;
    }
    producer_->send(std::move(record), [this, line](const Outcome<Appended>& outcome) { settle(line, outcome); });
}

void BulkAppender::settle(const Line& line, const Outcome<Appended>& outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome.has_value()) {
        ++report_.sent;
        last_line_stored_ = std::max(last_line_stored_, line.number);
    } else if (is_of_the_line(outcome.error())) {
        report_.add_failure(
            {line.number, std::string(outcome.error().name()), std::string(outcome.error().sentence())});
    } else {
        give_up(line, outcome.error());
    }
    input_bytes_settled_ = std::max(input_bytes_settled_, line.input_bytes);
    --records_on_their_way_;
    bytes_on_their_way_ -= line.bytes;
    // Under the lock: whoever waits for the last one takes this object away.
    settled_.notify_one();
}

void BulkAppender::give_up(const Line& line, const Error& error) {
    if (!report_.ended_by) report_.ended_by = error;
    first_unsettled_line_ = std::min(first_unsettled_line_.value_or(line.number), line.number);
    if (error.execution() != Execution::perhaps) return;

    ++report_.perhaps;
    auto& range = report_.perhaps_lines;
    if (!range) range = LineRange{line.number, line.number};
    range->first = std::min(range->first, line.number);
    range->last = std::max(range->last, line.number);
}

template <class Condition>
void BulkAppender::wait_until(Condition condition) {
    std::unique_lock lock(mutex_);
    while (!settled_.wait_for(lock, progress_told_every, condition)) {
        lock.unlock();
        tell_progress();
        lock.lock();
    }
}

bool BulkAppender::wait_for_room() {
    const auto room = [this] {
        return records_on_their_way_ < records_on_their_way_max && bytes_on_their_way_ < bytes_on_their_way_max;
    };
    wait_until([&] { return report_.ended_by || room(); });
    const std::lock_guard lock(mutex_);
    return !report_.ended_by;
}

void BulkAppender::wait_for_the_rest() {
    const auto nothing_left = [this] { return records_on_their_way_ == 0; };
    wait_until([&] { return report_.ended_by || nothing_left(); });
    report_.sent_again = producer_->counts().repeated;
    // Its destructor fails what has gathered, and the client what was written.
    producer_.reset();
    wait_until(nothing_left);
}

void BulkAppender::tell_progress() {
    std::uint64_t records = 0;
    std::uint64_t input_bytes = 0;
    {
        const std::lock_guard lock(mutex_);
        records = report_.sent;
        input_bytes = input_bytes_settled_;
    }
    on_progress_(records, input_bytes);
}

}  // namespace tern::cli
