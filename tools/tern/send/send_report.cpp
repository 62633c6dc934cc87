#include "tools/tern/send/send_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <iterator>
#include <utility>

#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t failures_shown_max = 20;

}  // namespace

void SendReport::add_failure(LineFailure failure) {
    ++failed;
    if (failures.size() < failures_kept_max) failures.push_back(std::move(failure));
}

double SendReport::per_second() const {
    return static_cast<double>(sent) / std::max(static_cast<double>(took.count()) / 1e3, 1e-3);
}

boost::json::object json_of(const SendReport& report) {
    boost::json::array failures;
    for (const auto& [line, name, sentence] : report.failures) {
        failures.push_back(boost::json::object{{"line", line}, {"name", name}, {"message", sentence}});
    }
    return {{report.wording.done, report.sent},  {"failed", report.failed},
            {"perhaps", report.perhaps},         {"sent_again", report.sent_again},
            {"empty_lines", report.empty_lines}, {"settled_through_line", report.settled_through_line},
            {"took_ms", report.took.count()},    {"per_s", report.per_second()},
            {"failures", std::move(failures)}};
}

std::string summary_of(const SendReport& report) {
    const auto& [thing, done, again, again_plural] = report.wording;
    auto line = fmt::format("{} {} in {} ({})", counted(report.sent, thing), done, rough_duration(report.took),
                            human_rate(report.per_second()));
    if (report.failed > 0) line += fmt::format(", {} failed", human_count(report.failed));
    if (report.empty_lines > 0) line += fmt::format(", {} left out", counted(report.empty_lines, "empty line"));
    if (report.sent_again > 0) {
        line += fmt::format(", {} sent again after a lost connection", counted(report.sent_again, again, again_plural));
    }
    return line;
}

std::string failures_of(const SendReport& report) {
    std::string lines;
    for (std::size_t index = 0; index < std::min(report.failures.size(), failures_shown_max); ++index) {
        const auto& failure = report.failures[index];
        fmt::format_to(std::back_inserter(lines), "line {}: {}\n", failure.line, failure.sentence);
    }
    if (report.failed > failures_shown_max) {
        fmt::format_to(std::back_inserter(lines), "… and {} more", human_count(report.failed - failures_shown_max));
    }
    if (lines.ends_with('\n')) lines.pop_back();
    return lines;
}

std::string standing_of(const SendReport& report) {
    auto text = fmt::format("Surely stored: {}.", counted(report.sent, report.wording.thing));
    if (report.perhaps_lines) {
        text += fmt::format(" Perhaps stored: {}, in lines {} to {}.", human_count(report.perhaps),
                            report.perhaps_lines->first, report.perhaps_lines->last);
    }
    text += fmt::format("\n  Go on with --from-line {}", report.settled_through_line + 1);
    if (report.stored_behind) {
        text += "; what is stored of the lines behind it will then be there twice";
    } else if (report.perhaps > 0) {
        text += "; what is perhaps stored may then be there twice";
    }
    return text + ".";
}

}  // namespace tern::cli
