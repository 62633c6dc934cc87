#include "tools/tern/send/send_lines.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/interruption.hpp"
#include "tools/tern/send/bulk_sender.hpp"
#include "tools/tern/send/tell_report.hpp"
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
    return tell_report(send(context, lines), context);
}

}  // namespace tern::cli
