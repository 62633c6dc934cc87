#include "tools/tern/append/record_lines.hpp"

#include <utility>

#include "protocol/limits.hpp"
#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

NewRecord record_from_line(const std::string& line, const RecordLayout& layout) {
    auto record = layout.record_template;
    if (layout.fields) {
        auto parsed = stream_record_from_json(line, *layout.fields);
        if (parsed.key) record.key = std::move(parsed.key);
        record.value = std::move(parsed.value);
        record.timestamp = parsed.timestamp;
        return record;
    }
    const auto separator = layout.key_separator ? line.find(*layout.key_separator) : std::string::npos;
    if (separator == std::string::npos) {
        record.value = line;
    } else {
        record.key = line.substr(0, separator);
        record.value = line.substr(separator + 1);
    }
    return record;
}

RecordLines::RecordLines(int descriptor, std::uint64_t first_line, RecordLayout layout)
    : reader_(descriptor, protocol::record_bytes_max),
      first_line_(first_line),
      layout_(std::move(layout)) {}

RecordLines::Next RecordLines::next(NewRecord& record) {
    LineReader::Next read;
    do {
        read = reader_.next(line_);
    } while (read != LineReader::Next::end && reader_.line_number() < first_line_);

    if (read == LineReader::Next::end) return Next::end;
    if (read == LineReader::Next::too_long) {
        failure_ = "the line is longer than 16 MiB, the most that fits into one record";
        return Next::refused;
    }
    if (layout_.fields && (line_.empty() || line_ == "\r")) return Next::empty;
    try {
        record = record_from_line(line_, layout_);
    } catch (const InputFailure& failure) {
        failure_ = failure.what();
        return Next::refused;
    }
    return Next::record;
}

}  // namespace tern::cli
