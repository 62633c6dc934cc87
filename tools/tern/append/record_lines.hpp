#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tern/record.hpp"
#include "tools/tern/input/json_record.hpp"
#include "tools/tern/input/line_reader.hpp"

namespace tern::cli {

/// How a line becomes a record.
struct RecordLayout {
    /// What all records have in common.
    NewRecord record_template;
    /// Given: the first one in a line parts its key from its value. A line without it has no key.
    std::optional<char> key_separator;
    /// Given: each line is a JSON record.
    std::optional<StreamRecordFields> fields;
};

/// Errors: InputFailure for what is not JSON or misses a field.
NewRecord record_from_line(const std::string& line, const RecordLayout& layout);

/// Records from lines of text, one at a time.
class RecordLines {
public:
    enum class Next {
        record,
        /// An empty line among JSON records. (Of other lines, an empty one is a record with an empty value.)
        empty,
        /// The line makes no record; failure() says why.
        refused,
        end,
    };

    /// Lines before `first_line` (beginning at 1) are passed over.
    RecordLines(int descriptor, std::uint64_t first_line, RecordLayout layout);

    /// Errors: InputFailure when the input cannot be read.
    Next next(NewRecord& record);
    const std::string& failure() const { return failure_; }
    const LineReader& reader() const { return reader_; }

private:
    LineReader reader_;
    std::uint64_t first_line_;
    RecordLayout layout_;
    std::string line_;
    std::string failure_;
};

}  // namespace tern::cli
