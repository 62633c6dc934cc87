#include "tools/tern/streams/reading.hpp"

#include <fmt/format.h>

#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

RecordFormat record_format(const Context& context, bool raw) {
    if (raw) return RecordFormat::raw;
    return context.json() ? RecordFormat::json : RecordFormat::line;
}

RecordReader::Fetch fetch_by(BlockingClient& client) {
    return [&client](const std::vector<FetchPosition>& positions, const FetchOptions& options) {
        return client.fetch(positions, options);
    };
}

void note_missed(const Context& context, const RecordReader& reader) {
    if (reader.missed() == 0) return;
    context.note(
        fmt::format("{} removed before they could be read.", counted(reader.missed(), "record was", "records were")));
}

}  // namespace tern::cli
