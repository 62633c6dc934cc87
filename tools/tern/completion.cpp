#include "tools/tern/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <string_view>
#include <vector>

namespace tern::cli {

namespace {

struct CompletedOption {
    std::string name;
    std::string description;
    bool takes_value = false;
    bool takes_queue = false;
};

/// A command with its words, such as "queue send".
struct CompletedCommand {
    std::string words;
    std::string name;
    std::string description;
    std::vector<std::string> subcommands;
    std::vector<CompletedOption> options;
    bool takes_queue = false;
};

CompletedCommand describe(const CLI::App& app, const std::string& words) {
    CompletedCommand command{words, app.get_name(), app.get_description(), {}, {}, false};
    for (const auto* subcommand : app.get_subcommands({})) command.subcommands.push_back(subcommand->get_name());
    for (const auto* option : app.get_options()) {
        const bool is_queue = option->get_type_name() == "QUEUE";
        if (option->get_positional()) command.takes_queue = command.takes_queue || is_queue;
        for (const auto& name : option->get_lnames()) {
            command.options.push_back({"--" + name, option->get_description(), option->get_type_size() > 0, is_queue});
        }
    }
    return command;
}

void collect(const CLI::App& app, const std::string& words, std::vector<CompletedCommand>& commands) {
    commands.push_back(describe(app, words));
    for (const auto* subcommand : app.get_subcommands({})) {
        collect(*subcommand, words.empty() ? subcommand->get_name() : words + " " + subcommand->get_name(), commands);
    }
}

std::vector<CompletedCommand> commands_of(const CLI::App& root) {
    std::vector<CompletedCommand> commands;
    collect(root, "", commands);
    return commands;
}

/// For single quotes of a shell.
std::string single_quoted(std::string_view text) {
    std::string safe;
    for (const char letter : text) safe += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return "'" + safe + "'";
}

std::string join_options(const CompletedCommand& command) {
    std::vector<std::string> names;
    for (const auto& option : command.options) names.push_back(option.name);
    return fmt::format("{}", fmt::join(names, " "));
}

/// The words of the command line that are commands, found in the same way in bash and zsh.
constexpr std::string_view bash_head = R"sh(# bash completion for tern. Load it with: source <(tern completion bash)
_tern() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" options="" choices="" queues=""
    local index
    for ((index = 1; index < COMP_CWORD; index++)); do
        case "${COMP_WORDS[index]}" in
            -*) ;;
            *)
                case "$command" in
                    "") command="${COMP_WORDS[index]}" ;;
                    queue) command="queue ${COMP_WORDS[index]}" ;;
                esac ;;
        esac
    done
    case "$command" in
)sh";

constexpr std::string_view bash_tail = R"sh(    esac
    case "$before" in
        --file) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --dead-letter | --to | --accept-dead-letters-of) queues=yes ;;
    esac
    if [[ "$word" == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
    fi
    if [[ -n "$queues" ]]; then choices="$(tern queue list --names "$word" 2>/dev/null)"; fi
    COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -o default -F _tern tern
)sh";

std::string bash_script(const std::vector<CompletedCommand>& commands) {
    std::string script(bash_head);
    for (const auto& command : commands) {
        std::string choices = fmt::format("{}", fmt::join(command.subcommands, " "));
        if (command.words == "completion") choices = "bash zsh fish";
        fmt::format_to(std::back_inserter(script), "        {}) options={} choices={} queues={} ;;\n",
                       single_quoted(command.words), single_quoted(join_options(command)), single_quoted(choices),
                       command.takes_queue ? "yes" : "''");
    }
    return script + std::string(bash_tail);
}

std::string zsh_description(std::string_view text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') safe += '\\';
        safe += letter;
    }
    return safe;
}

std::string zsh_arguments(const CompletedCommand& command) {
    std::string arguments;
    for (const auto& option : command.options) {
        const auto* value = option.takes_queue ? ":queue:_tern_queues" : option.takes_value ? ":value:_files" : "";
        arguments += " \\\n            " +
                     single_quoted(fmt::format("{}[{}]{}", option.name, zsh_description(option.description), value));
    }
    if (command.takes_queue) arguments += " \\\n            '1:queue:_tern_queues'";
    if (command.words == "completion") arguments += " \\\n            '1:shell:(bash zsh fish)'";
    return arguments + " \\\n            '*::argument:_files'";
}

constexpr std::string_view zsh_head = R"sh(#compdef tern
# zsh completion for tern. Load it with: source <(tern completion zsh)
_tern_queues() {
    local -a names
    names=(${(f)"$(tern queue list --names 2>/dev/null)"})
    compadd -a names
}
_tern() {
    local command="" index used=1
    for ((index = 2; index < CURRENT; index++)); do
        [[ "${words[index]}" == -* ]] && continue
        case "$command" in
            "") command="${words[index]}"; used=$index ;;
            queue) command="queue ${words[index]}"; used=$index ;;
        esac
    done
    if [[ "$command" != "" && "$command" != queue ]]; then
        words=("${(@)words[used,-1]}")
        ((CURRENT -= used - 1))
    fi
    case "$command" in
)sh";

/// The subcommands of a command, each with what it does.
std::string zsh_choices(const CompletedCommand& command, const std::vector<CompletedCommand>& commands) {
    std::string choices;
    for (const auto& other : commands) {
        const auto words = command.words.empty() ? other.name : command.words + " " + other.name;
        if (other.words.empty() || other.words != words) continue;
        choices += " " + single_quoted(other.name + ":" + zsh_description(other.description));
    }
    return choices;
}

std::string zsh_script(const std::vector<CompletedCommand>& commands) {
    std::string script(zsh_head);
    for (const auto& command : commands) {
        script += fmt::format("        {}) ", single_quoted(command.words));
        if (command.subcommands.empty()) {
            script += "_arguments" + zsh_arguments(command) + " ;;\n";
        } else {
            script +=
                fmt::format("local -a choices=({}); _describe command choices ;;\n", zsh_choices(command, commands));
        }
    }
    return script + "    esac\n}\ncompdef _tern tern\n";
}

std::string fish_condition(const CompletedCommand& command) {
    const auto blank = command.words.find(' ');
    if (blank == std::string::npos) return "__fish_seen_subcommand_from " + command.words;
    return fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
                       command.words.substr(0, blank), command.words.substr(blank + 1));
}

std::string fish_script(const std::vector<CompletedCommand>& commands) {
    std::string script =
        "# fish completion for tern. Load it with: tern completion fish | source\ncomplete -c tern -f\n";
    auto to = std::back_inserter(script);
    std::string queue_commands;
    for (const auto& command : commands) {
        if (command.words == "queue") queue_commands = fmt::format("{}", fmt::join(command.subcommands, " "));
    }
    for (const auto& command : commands) {
        if (command.words.empty()) continue;
        const auto when =
            command.words.find(' ') == std::string::npos
                ? std::string("__fish_use_subcommand")
                : "__fish_seen_subcommand_from queue; and not __fish_seen_subcommand_from " + queue_commands;
        fmt::format_to(to, "complete -c tern -n {} -a {} -d {}\n", single_quoted(when), command.name,
                       single_quoted(command.description));
        for (const auto& option : command.options) {
            const auto* value = option.takes_queue   ? " -x -a '(tern queue list --names 2>/dev/null)'"
                                : option.takes_value ? " -r"
                                                     : "";
            fmt::format_to(to, "complete -c tern -n {} -l {} -d {}{}\n", single_quoted(fish_condition(command)),
                           option.name.substr(2), single_quoted(option.description), value);
        }
        if (command.takes_queue) {
            fmt::format_to(to, "complete -c tern -n {} -a '(tern queue list --names 2>/dev/null)'\n",
                           single_quoted(fish_condition(command)));
        }
    }
    return script + "complete -c tern -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n";
}

}  // namespace

std::string completion_script(const CLI::App& root, const std::string& shell) {
    const auto commands = commands_of(root);
    if (shell == "bash") return bash_script(commands);
    if (shell == "zsh") return zsh_script(commands);
    return fish_script(commands);
}

}  // namespace tern::cli
