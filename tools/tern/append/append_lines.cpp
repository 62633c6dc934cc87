#include "tools/tern/append/append_lines.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "tools/tern/append/bulk_appender.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/interruption.hpp"
#include "tools/tern/send/tell_report.hpp"
#include "tools/tern/text/progress_bar.hpp"

namespace tern::cli {

namespace {

ClientOptions client_options(const Context& context, const LinesToAppend& lines) {
    auto options = context.client_options();
    if (lines.retry) options.give_up_after = *lines.retry;
    return options;
}

ProducerOptions producer_options(const LinesToAppend& lines) {
    ProducerOptions options;
    options.compression = lines.compression;
    options.delivery_timeout = lines.retry.value_or(std::chrono::milliseconds(0));
    return options;
}

SendReport append(Context& context, const LinesToAppend& lines) {
    const InputFile input(lines.file);
    RecordLines records(input.descriptor(), lines.from_line, lines.layout);
    BlockingClient client(client_options(context, lines));
    const auto stream = context.stream(lines.stream);
    // A stream that is not there, or a broker, is better told before the first line is read.
    client.describe_stream(stream);

    // On a terminal where lines are typed, a bar would be in the way.
    ProgressBar bar(!context.json() && isatty(input.descriptor()) == 0, "appending", "record");
    const auto size = input.size();
    BulkAppender appender(client.asynchronous(), stream, producer_options(lines),
                          [&](std::uint64_t appended, std::uint64_t input_bytes) {
                              bar.update({appended, input_bytes, size});
                          });
    return appender.run(records);
}

}  // namespace

ExitCode append_lines(Context& context, const LinesToAppend& lines) {
    catch_interruption();
    return tell_report(append(context, lines), context);
}

}  // namespace tern::cli
