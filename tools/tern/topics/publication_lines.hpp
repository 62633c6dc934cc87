#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tern/publication.hpp"
#include "tools/tern/input/json_record.hpp"
#include "tools/tern/input/line_reader.hpp"

namespace tern::cli {

/// How a line becomes a publication.
struct PublicationLayout {
    /// What all publications have in common.
    NewPublication publication_template;
    /// Given: each line is a JSON record.
    std::optional<RecordFields> fields;
};

/// Errors: InputFailure for what is not JSON or misses a field.
NewPublication publication_from_line(const std::string& line, const PublicationLayout& layout);

/// Publications from lines of text, one at a time.
class PublicationLines {
public:
    enum class Next {
        publication,
        /// An empty line: no publication can be empty.
        empty,
        /// The line makes no publication; failure() says why.
        refused,
        end,
    };

    /// Lines before `first_line` (beginning at 1) are passed over.
    PublicationLines(int descriptor, std::uint64_t first_line, PublicationLayout layout);

    /// Errors: InputFailure when the input cannot be read.
    Next next(NewPublication& publication);
    const std::string& failure() const { return failure_; }
    const LineReader& reader() const { return reader_; }

private:
    LineReader reader_;
    std::uint64_t first_line_;
    PublicationLayout layout_;
    std::string line_;
    std::string failure_;
};

}  // namespace tern::cli
