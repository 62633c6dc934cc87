#include "tools/tern/topics/publication_lines.hpp"

#include <utility>

#include "protocol/limits.hpp"
#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

NewPublication publication_from_line(const std::string& line, const PublicationLayout& layout) {
    auto publication = layout.publication_template;
    if (!layout.fields) {
        publication.data = line;
        return publication;
    }
    auto record = message_from_json(line, *layout.fields);
    publication.data = std::move(record.body);
    if (record.subject) publication.subject = std::move(*record.subject);
    if (record.group_id) publication.group_id = std::move(*record.group_id);
    if (record.deduplication_id) publication.deduplication_id = std::move(record.deduplication_id);
    return publication;
}

PublicationLines::PublicationLines(int descriptor, std::uint64_t first_line, PublicationLayout layout)
    : reader_(descriptor, protocol::publication_bytes_max),
      first_line_(first_line),
      layout_(std::move(layout)) {}

PublicationLines::Next PublicationLines::next(NewPublication& publication) {
    LineReader::Next read;
    do {
        read = reader_.next(line_);
    } while (read != LineReader::Next::end && reader_.line_number() < first_line_);

    if (read == LineReader::Next::end) return Next::end;
    if (read == LineReader::Next::too_long) {
        failure_ = "the line is longer than 16 MiB, the most that fits into one publication";
        return Next::refused;
    }
    if (line_.empty() || line_ == "\r") return Next::empty;
    try {
        publication = publication_from_line(line_, layout_);
    } catch (const InputFailure& failure) {
        failure_ = failure.what();
        return Next::refused;
    }
    return Next::publication;
}

}  // namespace tern::cli
