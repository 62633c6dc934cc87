#include "tools/tern/send/tell_report.hpp"

namespace tern::cli {

namespace {

void tell_end(const SendReport& report, Context& context) {
    if (report.ended_by) {
        auto failure = failure_of(*report.ended_by, context.server(), context.subject());
        failure.hint = standing_of(report) + (failure.hint.empty() ? "" : "\n  " + failure.hint);
        throw failure;
    }
    if (report.interrupted) throw Failure(ExitCode::interrupted, "stopped", standing_of(report));
}

}  // namespace

ExitCode tell_report(const SendReport& report, Context& context) {
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
