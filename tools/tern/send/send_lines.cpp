#include "tools/tern/send/send_lines.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/interruption.hpp"
#include "tools/tern/send/bulk_sender.hpp"
#include "tools/tern/text/progress_bar.hpp"

namespace tern::cli {

namespace {

MessageLines::Decode decoder_of(const LinesToSend& lines) {
    return [&lines](const std::string& line) {
        NewMessage message = lines.message_template;
        if (!lines.fields) {
            message.body = line;
            return message;
        }
        auto record = message_from_json(line, *lines.fields);
        message.body = std::move(record.body);
        if (record.group_id) message.group_id = std::move(*record.group_id);
        if (record.deduplication_id) message.deduplication_id = std::move(record.deduplication_id);
        return message;
    };
}

/// Throws what ended the work early, with where that leaves a person.
void tell_end(const SendReport& report, Context& context) {
    if (report.ended_by) {
        auto failure = failure_of(*report.ended_by, context.server(), context.subject());
        failure.hint = standing_of(report) + (failure.hint.empty() ? "" : "\n  " + failure.hint);
        throw failure;
    }
    if (report.interrupted) throw Failure(ExitCode::interrupted, "stopped", standing_of(report));
}

ClientOptions client_options(const Context& context, const LinesToSend& lines) {
    auto options = context.client_options();
    if (lines.retry) options.give_up_after = *lines.retry;
    return options;
}

SendReport send(Context& context, const LinesToSend& lines) {
    const InputFile input(lines.file);
    MessageLines messages(input.descriptor(), lines.from_line, decoder_of(lines));
    BlockingClient client(client_options(context, lines));
    const auto queue = context.queue(lines.queue);
    // A queue that is not there, or a broker, is better told before the first line is read.
    client.describe_queue(queue);

    BulkOptions options;
    options.sends_again = lines.retry.has_value();
    if (lines.queue.ends_with(".fifo")) options.batches_in_flight_max = 1;

    // On a terminal where lines are typed, a bar would be in the way.
    ProgressBar bar(!context.json() && isatty(input.descriptor()) == 0, "sending", "message");
    const auto size = input.size();
    BulkSender sender(client.asynchronous(), queue, options, [&](std::uint64_t sent, std::uint64_t input_bytes) {
        bar.update({sent, input_bytes, size});
    });
    return sender.run(messages);
}

}  // namespace

ExitCode send_lines(Context& context, const LinesToSend& lines) {
    catch_interruption();
    const auto report = send(context, lines);

    if (context.json()) {
        context.out().write_json(json_of(report));
    } else {
        if (report.failed > 0) context.note(failures_of(report));
        context.out().write(summary_of(report) + "\n");
    }
    context.out().flush();
    tell_end(report, context);
    return report.failed > 0 ? ExitCode::failed : ExitCode::ok;
}

}  // namespace tern::cli
