#pragma once

#include <cstdint>
#include <string>

#include "tern/publication.hpp"
#include "tools/tern/output.hpp"
#include "tools/tern/streams/record_text.hpp"
#include "tools/tern/text/terminal.hpp"

/// What comes from a topic, as `tern` shows it.
namespace tern::cli {

/// One line for people: time, offset, subject, data, attributes; who came and went; how many were missed. Nothing in it
/// can play tricks with a terminal, and line ends are shown as \x0a.
std::string line_of(const Push& push, const Style& style);

/// Writes publications and what is told between them, one a line. With RecordFormat::raw the data alone.
class PushWriter {
public:
    PushWriter(Output& out, const Style& style, RecordFormat format) : out_(out), style_(style), format_(format) {}

    /// Errors: OutputFailure.
    void write(const Push& push);
    /// Publications.
    std::uint64_t written() const { return written_; }

private:
    Output& out_;
    const Style& style_;
    RecordFormat format_;
    std::uint64_t written_ = 0;
};

}  // namespace tern::cli
