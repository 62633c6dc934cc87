#include "tools/tern/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace tern::cli {

namespace {

/// What is completed by names that the broker tells: "queue", "stream", "group", "topic", or nothing.
using NamedKind = std::string;

NamedKind kind_of(const CLI::Option& option) {
    const auto type = option.get_type_name();
    if (type == "QUEUE") return "queue";
    if (type == "STREAM") return "stream";
    if (type == "TOPIC") return "topic";
    return type == "GROUP" ? "group" : "";
}

struct CompletedOption {
    std::string name;
    std::string description;
    bool takes_value = false;
    NamedKind takes;
};

/// A command with its words, such as "queue send".
struct CompletedCommand {
    std::string words;
    std::string name;
    std::string description;
    std::vector<std::string> subcommands;
    std::vector<CompletedOption> options;
    NamedKind takes;
};

CompletedCommand describe(const CLI::App& app, const std::string& words) {
    CompletedCommand command{words, app.get_name(), app.get_description(), {}, {}, {}};
    for (const auto* subcommand : app.get_subcommands({})) command.subcommands.push_back(subcommand->get_name());
    for (const auto* option : app.get_options()) {
        const auto kind = kind_of(*option);
        if (option->get_positional() && command.takes.empty()) command.takes = kind;
        for (const auto& name : option->get_lnames()) {
            command.options.push_back({"--" + name, option->get_description(), option->get_type_size() > 0, kind});
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

/// Commands that have commands below them.
std::vector<const CompletedCommand*> families_of(const std::vector<CompletedCommand>& commands) {
    std::vector<const CompletedCommand*> families;
    for (const auto& command : commands) {
        if (!command.words.empty() && !command.subcommands.empty()) families.push_back(&command);
    }
    return families;
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

/// "--to=queue --stream=stream".
std::string join_named_options(const CompletedCommand& command) {
    std::vector<std::string> pairs;
    for (const auto& option : command.options) {
        if (!option.takes.empty()) pairs.push_back(option.name + "=" + option.takes);
    }
    return fmt::format("{}", fmt::join(pairs, " "));
}

/// The words of the command line that are commands, found in the same way in bash and zsh.
constexpr std::string_view bash_head = R"sh(# bash completion for tern. Load it with: source <(tern completion bash)
_tern() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" options="" choices="" names="" takes="" pair
    local index
    for ((index = 1; index < COMP_CWORD; index++)); do
        case "${COMP_WORDS[index]}" in
            -*) ;;
            *)
                case "$command" in
                    "") command="${COMP_WORDS[index]}" ;;
                    queue | stream | group | topic | "topic subscription") command="$command ${COMP_WORDS[index]}" ;;
                esac ;;
        esac
    done
    case "$command" in
)sh";

constexpr std::string_view bash_tail = R"sh(    esac
    case "$before" in
        --file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
    for pair in $takes; do
        if [[ "$before" == "${pair%%=*}" ]]; then names="${pair#*=}"; fi
    done
    if [[ "$word" == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
    fi
    if [[ -n "$names" ]]; then choices="$(tern "$names" list --names "$word" 2>/dev/null)"; fi
    COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -o default -F _tern tern
)sh";

std::string bash_script(const std::vector<CompletedCommand>& commands) {
    std::string script(bash_head);
    for (const auto& command : commands) {
        std::string choices = fmt::format("{}", fmt::join(command.subcommands, " "));
        if (command.words == "completion") choices = "bash zsh fish";
        fmt::format_to(std::back_inserter(script), "        {}) options={} choices={} names={} takes={} ;;\n",
                       single_quoted(command.words), single_quoted(join_options(command)), single_quoted(choices),
                       single_quoted(command.takes), single_quoted(join_named_options(command)));
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

/// What completes a name: ":queue:_tern_queues".
std::string zsh_names(const NamedKind& kind) {
    return fmt::format(":{0}:_tern_{0}s", kind);
}

std::string zsh_arguments(const CompletedCommand& command) {
    std::string arguments;
    for (const auto& option : command.options) {
        const auto value = !option.takes.empty() ? zsh_names(option.takes)
                           : option.takes_value  ? std::string(":value:_files")
                                                 : std::string();
        arguments += " \\\n            " +
                     single_quoted(fmt::format("{}[{}]{}", option.name, zsh_description(option.description), value));
    }
    if (!command.takes.empty()) arguments += " \\\n            " + single_quoted("1" + zsh_names(command.takes));
    if (command.words == "completion") arguments += " \\\n            '1:shell:(bash zsh fish)'";
    return arguments + " \\\n            '*::argument:_files'";
}

constexpr std::string_view zsh_head = R"sh(#compdef tern
# zsh completion for tern. Load it with: source <(tern completion zsh)
_tern_names() {
    local -a names
    names=(${(f)"$(tern $1 list --names 2>/dev/null)"})
    compadd -a names
}
_tern_queues() { _tern_names queue }
_tern_streams() { _tern_names stream }
_tern_groups() { _tern_names group }
_tern_topics() { _tern_names topic }
_tern() {
    local command="" index used=1
    for ((index = 2; index < CURRENT; index++)); do
        [[ "${words[index]}" == -* ]] && continue
        case "$command" in
            "") command="${words[index]}"; used=$index ;;
            queue | stream | group | topic | "topic subscription") command="$command ${words[index]}"; used=$index ;;
        esac
    done
    if [[ "$command" != "" && "$command" != (queue|stream|group|topic|"topic subscription") ]]; then
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

/// Each of the words has been typed.
std::string fish_seen(std::string_view words) {
    std::string condition;
    while (!words.empty()) {
        const auto word = words.substr(0, words.find(' '));
        condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", word);
        words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
    return condition;
}

/// When a command is one of those that may come next.
std::string fish_turn(const CompletedCommand& command, const std::vector<CompletedCommand>& commands) {
    const auto blank = command.words.rfind(' ');
    if (blank == std::string::npos) return "__fish_use_subcommand";
    const auto before = command.words.substr(0, blank);
    for (const auto* family : families_of(commands)) {
        if (family->words != before) continue;
        return fmt::format("{}; and not __fish_seen_subcommand_from {}", fish_seen(before),
                           fmt::join(family->subcommands, " "));
    }
    return {};
}

std::string fish_names(const NamedKind& kind) {
    return fmt::format(" -a '(tern {} list --names 2>/dev/null)'", kind);
}

std::string fish_script(const std::vector<CompletedCommand>& commands) {
    std::string script =
        "# fish completion for tern. Load it with: tern completion fish | source\ncomplete -c tern -f\n";
    auto to = std::back_inserter(script);
    for (const auto& command : commands) {
        if (command.words.empty()) continue;
        fmt::format_to(to, "complete -c tern -n {} -a {} -d {}\n", single_quoted(fish_turn(command, commands)),
                       command.name, single_quoted(command.description));
        for (const auto& option : command.options) {
            const auto value = !option.takes.empty() ? " -x" + fish_names(option.takes)
                               : option.takes_value  ? std::string(" -r")
                                                     : std::string();
            fmt::format_to(to, "complete -c tern -n {} -l {} -d {}{}\n", single_quoted(fish_seen(command.words)),
                           option.name.substr(2), single_quoted(option.description), value);
        }
        if (!command.takes.empty()) {
            fmt::format_to(to, "complete -c tern -n {}{}\n", single_quoted(fish_seen(command.words)),
                           fish_names(command.takes));
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
