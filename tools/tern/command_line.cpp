#include "tools/tern/command_line.hpp"

#include <fmt/format.h>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

CommandLine::CommandLine(CLI::App& root) : root_(root) {
    add_common_options(root);
    root.get_option("--server")->envname("TERN_SERVER");
    root.get_option("--namespace")->envname("TERN_NAMESPACE");
}

void CommandLine::add_common_options(CLI::App& command) {
    command.add_option("--server", common_.server, "The broker's address, 127.0.0.1:4565 unless TERN_SERVER tells")
        ->type_name("HOST:PORT")
        ->group("Common options");
    command
        .add_option("--namespace", common_.namespace_name,
                    "The namespace of all names, empty unless TERN_NAMESPACE tells")
        ->type_name("NAME")
        ->group("Common options");
    command.add_flag("--json", common_.json, "Answer in JSON, for programs")->group("Common options");
    command.set_help_flag("-h,--help", "Show this help")->group("Common options");
}

CLI::App& CommandLine::add(CLI::App& parent, const std::string& name, const std::string& description) {
    auto& command = *parent.add_subcommand(name, description);
    add_common_options(command);
    return command;
}

CLI::Option* add_duration(CLI::App& command, const std::string& name, std::optional<std::chrono::milliseconds>& to,
                          const std::string& description) {
    const auto read = [&to, name](const std::string& text) {
        to = parse_duration(text);
        if (to) return;
        throw CLI::ValidationError(name,
                                   fmt::format("'{}' is not a duration: write 30s, 5m, 2h, 1d or plain seconds", text));
    };
    return command.add_option_function<std::string>(name, read, description)->type_name("DURATION");
}

CLI::Option* add_bytes(CLI::App& command, const std::string& name, std::optional<std::int64_t>& to,
                       const std::string& description) {
    const auto read = [&to, name](const std::string& text) {
        to = parse_bytes(text);
        if (to) return;
        throw CLI::ValidationError(name, fmt::format("'{}' is not a size: write 262144, 256KiB or 16MiB", text));
    };
    return command.add_option_function<std::string>(name, read, description)->type_name("SIZE");
}

CLI::Option* add_position(CLI::App& command, const std::string& name, std::optional<Position>& to,
                          const std::string& description) {
    const auto read = [&to, name](const std::string& text) {
        try {
            to = parse_position(text, current_time());
        } catch (const InputFailure& failure) {
            throw CLI::ValidationError(name, failure.what());
        }
    };
    return command.add_option_function<std::string>(name, read, description)->type_name("POSITION");
}

CLI::Option* add_partitions(CLI::App& command, std::vector<std::uint32_t>& to, const std::string& description) {
    return command.add_option("--partition", to, description)->type_name("N")->take_all()->expected(1);
}

CLI::Option* add_stream_name(CLI::App& command, std::string& to) {
    return command.add_option("stream", to, "The stream's name")->required()->type_name("STREAM");
}

CLI::Option* add_group_name(CLI::App& command, std::string& to) {
    return command.add_option("group", to, "The consumer group's name")->required()->type_name("GROUP");
}

CLI::Option* add_topic_name(CLI::App& command, std::string& to) {
    return command.add_option("topic", to, "The topic's name")->required()->type_name("TOPIC");
}

CLI::Option* add_queue_name(CLI::App& command, std::string& to) {
    return command.add_option("queue", to, "The queue's name")->required()->type_name("QUEUE");
}

}  // namespace tern::cli
