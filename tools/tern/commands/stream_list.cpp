#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/queue_json.hpp"
#include "tools/tern/stream_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct ListStreamsOptions {
    std::string prefix;
    bool names = false;
};

std::vector<StreamSummary> all_streams(Context& context, const std::string& prefix) {
    std::vector<StreamSummary> streams;
    ListOptions page_options;
    page_options.namespace_name = context.namespace_name();
    page_options.prefix = prefix;
    do {
        auto page = context.client().list_streams(page_options);
        for (auto& stream : page.streams) streams.push_back(std::move(stream));
        page_options.page_token = std::move(page.next_page_token);
    } while (!page_options.page_token.empty());
    return streams;
}

std::string table_of(const std::vector<StreamSummary>& streams, const Context& context) {
    using enum Table::Align;
    Table table({{"Stream"}, {"Partitions", right}, {"Records", right}, {"Size", right}, {"Newest", right}});
    for (const auto& stream : streams) {
        table.add_row({stream.name, human_count(stream.partitions), human_count(stream.records),
                       human_bytes(stream.bytes), stream.newest_at ? rough_duration(age_of(*stream.newest_at)) : "-"});
    }
    return table.render(context.style(), context.terminal().columns);
}

ExitCode list(Context& context, const ListStreamsOptions& options) {
    const auto streams = all_streams(context, options.prefix);
    if (options.names) {
        for (const auto& stream : streams) context.out().write(stream.name + "\n");
    } else if (context.json()) {
        boost::json::array array;
        for (const auto& stream : streams) array.push_back(json_of(stream));
        context.out().write_json(array);
    } else if (!streams.empty()) {
        context.out().write(table_of(streams, context));
    } else {
        context.note(options.prefix.empty() ? "No streams yet. `tern stream create NAME` makes one."
                                            : fmt::format("No stream's name begins with '{}'.", options.prefix));
    }
    return ExitCode::ok;
}

}  // namespace

void add_stream_list(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "list", "All streams with what they hold");
    auto options = std::make_shared<ListStreamsOptions>();
    command.add_option("prefix", options->prefix, "Only streams whose names begin so")->type_name("PREFIX");
    command.add_flag("--names", options->names, "Names only, one a line");
    line.on<ListStreamsOptions>(command, options, list);
}

}  // namespace tern::cli
