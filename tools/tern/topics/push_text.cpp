#include "tools/tern/topics/push_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <vector>

#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"
#include "tools/tern/topic_json.hpp"

namespace tern::cli {

namespace {

std::string time_text(TimePoint at) {
    const auto ms = at.time_since_epoch().count();
    return fmt::format("{}.{:03}", local_time(ms), ms % 1'000);
}

std::string attributes_text(const Publication& publication) {
    std::string text;
    for (const auto& [name, type, value] : publication.attributes) {
        const bool readable = is_valid_utf8(value) && !type.starts_with("Binary");
        const auto shown = readable ? printable(value, false) : human_bytes(value.size());
        text += fmt::format("  {}={}", printable(name, false), shown);
    }
    return text;
}

/// What is out of the ordinary about a publication.
std::string marks_of(const Publication& publication) {
    std::string marks;
    if (publication.retained) marks += "  (retained)";
    if (publication.delivery > 1) marks += fmt::format("  (delivery {})", publication.delivery);
    return marks;
}

std::string line(const Publication& publication, const Style& style) {
    const auto place = publication.offset ? std::to_string(*publication.offset) : std::string("-");
    return fmt::format("{}  {}  {}  {}{}{}\n", style.dim(time_text(publication.published_at)), style.yellow(place),
                       style.green(printable(publication.subject, false)), printable(publication.data, false),
                       style.dim(attributes_text(publication)), style.dim(marks_of(publication)));
}

std::string line(const PublicationGap& gap, const Style& style) {
    if (gap.new_epoch) {
        return style.red(fmt::format("the topic's offsets have begun anew: it goes on at {}", gap.to_offset)) + "\n";
    }
    const auto missed = gap.dropped > 0 ? gap.dropped : gap.to_offset - std::min(gap.from_offset, gap.to_offset);
    return style.red(fmt::format("{} missed: it goes on at {}", counted(missed, "publication was", "publications were"),
                                 gap.to_offset)) +
           "\n";
}

std::string line(const PresenceChange& change, const Style& style) {
    std::vector<std::string> parts;
    for (const auto& member : change.joined) parts.push_back(fmt::format("+{}", printable(member.member, false)));
    for (const auto& member : change.left) parts.push_back(fmt::format("-{}", printable(member, false)));
    for (const auto& member : change.updated) {
        parts.push_back(fmt::format("{}: {}", printable(member.member, false), printable(member.state, false)));
    }
    auto text = fmt::format("{}", fmt::join(parts, ", "));
    if (change.complete) text = fmt::format("here: {}", parts.empty() ? "nobody" : text);
    return style.dim(text) + "\n";
}

}  // namespace

std::string line_of(const Push& push, const Style& style) {
    return std::visit([&style](const auto& what) { return line(what, style); }, push);
}

void PushWriter::write(const Push& push) {
    const auto* publication = std::get_if<Publication>(&push);
    if (publication) ++written_;
    switch (format_) {
        case RecordFormat::line: return out_.write(line_of(push, style_));
        case RecordFormat::json: return out_.write(boost::json::serialize(json_of(push)) + "\n");
        case RecordFormat::raw: break;
    }
    if (publication) out_.write(publication->data + "\n");
}

}  // namespace tern::cli
