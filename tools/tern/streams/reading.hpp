#pragma once

#include "tools/tern/context.hpp"
#include "tools/tern/streams/record_reader.hpp"

namespace tern::cli {

/// How records are written: for people, with --raw their values, with --json an object a line.
RecordFormat record_format(const Context& context, bool raw);

/// Fetches by a client, which outlives what is returned.
RecordReader::Fetch fetch_by(BlockingClient& client);

/// Tells, for people, that records were removed before they could be read.
void note_missed(const Context& context, const RecordReader& reader);

}  // namespace tern::cli
