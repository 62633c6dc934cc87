#include <unistd.h>

#include <map>
#include <memory>
#include <utility>

#include "protocol/limits.hpp"
#include "tools/tern/append/append_lines.hpp"
#include "tools/tern/append/append_records.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/input/attribute.hpp"
#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

namespace {

const std::map<std::string, Compression> compressions{{"none", Compression::none},
                                                      {"gzip", Compression::gzip},
                                                      {"snappy", Compression::snappy},
                                                      {"lz4", Compression::lz4},
                                                      {"zstd", Compression::zstd}};

struct AppendOptions {
    std::string name;
    std::vector<std::string> values;
    std::string file;
    bool lines = false;
    bool ndjson = false;
    std::optional<std::string> key_separator;
    StreamRecordFields fields;
    std::uint64_t from_line = 1;
    std::optional<std::string> key;
    std::vector<std::string> headers;
    std::optional<std::uint32_t> partition;
    std::string compression = "none";
    std::optional<std::uint64_t> expected_offset;
    std::optional<milliseconds> retry;
};

void check(const AppendOptions& options) {
    const bool bulk = options.lines || options.ndjson;
    if (bulk && !options.values.empty()) {
        throw Failure(ExitCode::usage, "--lines and --ndjson read a file or standard input, not arguments");
    }
    if (!options.values.empty() && !options.file.empty()) {
        throw Failure(ExitCode::usage, "records come from arguments or from --file, not from both");
    }
    if (bulk && options.expected_offset) {
        throw Failure(ExitCode::usage, "--expect-offset is for records that travel in one batch, not for many lines",
                      "Give the records as arguments.");
    }
    if (options.key_separator && options.key_separator->size() != 1) {
        throw Failure(ExitCode::usage, "--key-separator is one character", "A tab is $'\\t' in most shells.");
    }
    if (!options.values.empty() || !options.file.empty() || isatty(STDIN_FILENO) == 0) return;
    throw Failure(ExitCode::usage, "no record", "Give one as an argument, with --file, or on standard input.");
}

/// What all records of this command have in common.
NewRecord template_of(const AppendOptions& options) {
    NewRecord record;
    record.key = options.key;
    record.partition = options.partition;
    for (const auto& argument : options.headers) {
        auto [key, value] = parse_key_value(argument);
        record.headers.push_back({std::move(key), std::move(value)});
    }
    return record;
}

ExitCode append_values(Context& context, const AppendOptions& options, const std::string& file) {
    auto values = options.values;
    if (values.empty()) values.push_back(read_whole(file, protocol::record_bytes_max));
    RecordsToAppend records{options.name, {}, compressions.at(options.compression), options.retry};
    for (auto& value : values) {
        records.records.push_back(template_of(options));
        records.records.back().value = std::move(value);
    }
    if (options.expected_offset) return append_if_at(context, records, *options.expected_offset);
    return append_records(context, std::move(records));
}

ExitCode append(Context& context, const AppendOptions& options) {
    check(options);
    const auto file = options.file.empty() ? std::string("-") : options.file;
    if (!options.lines && !options.ndjson) return append_values(context, options, file);

    RecordLayout layout{template_of(options), std::nullopt, std::nullopt};
    if (options.key_separator) layout.key_separator = options.key_separator->front();
    if (options.ndjson) layout.fields = options.fields;
    return append_lines(context, {options.name, file, options.from_line, std::move(layout),
                                  compressions.at(options.compression), options.retry});
}

void add_input_options(CLI::App& command, AppendOptions& options) {
    command.add_option("record", options.values, "The record's value; several make several records")
        ->type_name("RECORD");
    command.add_option("--file", options.file, "Read this file instead; `-` is standard input")->type_name("FILE");
    auto* lines = command.add_flag("--lines", options.lines, "Each line of the input is a record");
    auto* ndjson = command.add_flag("--ndjson", options.ndjson, "Each line of the input is a JSON record");
    lines->excludes(ndjson);
    command.add_option("--key-separator", options.key_separator, "With --lines: the first one in a line ends its key")
        ->type_name("CHARACTER")
        ->needs(lines);
    const auto add_field = [&](const char* name, std::string& to, const char* description) {
        command.add_option(name, to, description)->type_name("FIELD")->needs(ndjson);
    };
    add_field("--key-field", options.fields.key, "The JSON record's field that is the key");
    add_field("--value-field", options.fields.value, "The field that is the value; else the whole line is");
    add_field("--timestamp-field", options.fields.timestamp, "The field that is the time: RFC 3339, or milliseconds");
    command.add_option("--from-line", options.from_line, "Pass over the lines before this one")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
}

}  // namespace

void add_stream_append(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "append", "Append records: from arguments, a file or standard input");
    auto options = std::make_shared<AppendOptions>();
    add_stream_name(command, options->name);
    add_input_options(command, *options);
    command.add_option("--key", options->key, "The key of the records: it chooses their partition")->type_name("KEY");
    command.add_option("--header", options->headers, "A header of the records; may be given more than once")
        ->type_name("NAME=VALUE")
        ->take_all()
        ->expected(1);
    command.add_option("--partition", options->partition, "Into this partition, whatever the key")->type_name("N");
    command.add_option("--compression", options->compression, "none (default), gzip, snappy, lz4 or zstd")
        ->type_name("CODEC")
        ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}));
    command
        .add_option("--expect-offset", options->expected_offset,
                    "Append all, as one batch, only if the partition ends at this offset")
        ->type_name("OFFSET");
    add_duration(command, "--retry", options->retry,
                 "Wait so long for a broker that is gone, and go on; nothing is stored twice");
    line.on<AppendOptions>(command, options, append);
}

}  // namespace tern::cli
