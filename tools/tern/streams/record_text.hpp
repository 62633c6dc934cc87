#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "protocol/record_batch.hpp"
#include "tools/tern/output.hpp"
#include "tools/tern/text/terminal.hpp"

/// Records as `tern` shows them.
namespace tern::cli {

/// A record in a place of a stream. Its views are somebody else's.
struct PlacedRecord {
    std::uint32_t partition = 0;
    const protocol::Record* record = nullptr;
};

/// A record as `--json` shows it (docs/cli.md): key and value that are UTF-8 as they are, others in base64, which
/// "encoding" and "key_encoding" tell.
boost::json::object json_of(const PlacedRecord& record);

/// One line for people: time, partition:offset, key, value, headers. Nothing in it can play tricks with a terminal, and
/// line ends are shown as \x0a.
std::string line_of(const PlacedRecord& record, const Style& style);

enum class RecordFormat : std::uint8_t { line, json, raw };

/// Writes records, one a line.
class RecordWriter {
public:
    RecordWriter(Output& out, const Style& style, RecordFormat format) : out_(out), style_(style), format_(format) {}

    /// Errors: OutputFailure.
    void write(const PlacedRecord& record);
    std::uint64_t written() const { return written_; }

private:
    Output& out_;
    const Style& style_;
    RecordFormat format_;
    std::uint64_t written_ = 0;
};

}  // namespace tern::cli
