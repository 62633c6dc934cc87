// Where the settings' values come from. The table of settings is in settings.cpp.

#include <toml++/toml.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "broker/runtime/access_keys_toml.hpp"
#include "broker/runtime/settings.hpp"

namespace tern::runtime {
namespace {

constexpr int exit_code_wrong_configuration = 2;

/// Where a value is from, and what it is.
struct Given {
    std::string_view origin;
    /// For people: "option --io-threads", "environment variable TERN_IO_THREADS", "tern.toml".
    std::string place;
    std::string value;
};

ConfigurationOutcome refusal(std::string text) {
    // One line, whatever a library's message or a value holds.
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return {std::nullopt, "ternd: " + text + "\n", exit_code_wrong_configuration};
}

/// What the command line says, by the position of the setting's row.
struct CommandLine {
    std::map<std::size_t, std::string> values;
    std::string config;
    bool print_config = false;
    bool unsafe_early_acknowledgement = false;
    bool unsafe_early_reading = false;
};

class CommandLineReader {
public:
    explicit CommandLineReader(std::string_view version)
        : app_(
              "Tern: durable queues in one small process.\n"
              "Every setting is also an environment variable (--io-threads: TERN_IO_THREADS) and a key in the\n"
              "configuration file (io_threads). See docs/configuration.md.",
              "ternd") {
        const auto rows = setting_rows();
        texts_.resize(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) add(rows[i], i);
        app_.add_option("--config", line_.config, "a TOML file with settings")->type_name("FILE");
        app_.add_flag("--print-config", line_.print_config, "print every setting, its value and where it is from");
        app_.add_flag("--unsafe-early-acknowledgement", line_.unsafe_early_acknowledgement)->group("");
        app_.add_flag("--unsafe-early-reading", line_.unsafe_early_reading)->group("");
        app_.set_version_flag("--version", "tern " + std::string(version));
    }

    /// Throws CLI::ParseError; --help and --version are such errors too.
    CommandLine read(const std::vector<std::string>& arguments) {
        // CLI11 takes the arguments last to first.
        app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            if (options_[i]->count() > 0) line_.values[i] = setting_rows()[i].is_switch() ? switch_text(i) : texts_[i];
        }
        return line_;
    }

    CLI::App& app() { return app_; }

private:
    void add(const SettingRow& row, std::size_t position) {
        const auto option = "--" + std::string(row.name);
        const auto help = std::string(row.help);
        if (row.is_switch()) {
            options_.push_back(app_.add_flag(option, texts_[position], help));
        } else {
            auto* const added = app_.add_option(option, texts_[position], help);
            added->type_name(std::string(row.argument));
            if (row.argument == "LIST") added->join(',');
            options_.push_back(added);
        }
    }
    std::string switch_text(std::size_t position) const { return texts_[position]; }

    CLI::App app_;
    CommandLine line_;
    std::vector<std::string> texts_;
    std::vector<CLI::Option*> options_;
};

/// The value of a key as it would be written on the command line; nothing for a table, a date or a list of others than
/// strings.
std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* boolean = node.as_boolean()) return std::string(boolean->get() ? "true" : "false");
    const auto* const array = node.as_array();
    if (!array || (!array->empty() && !array->is_homogeneous<std::string>())) return std::nullopt;
    std::string list;
    for (const auto& one : *array) list += (list.empty() ? "" : ",") + one.as_string()->get();
    return list;
}

/// A sentence about what is wrong with the file, or its values by key.
struct FileContents {
    std::map<std::string, std::string> values;
    std::string fault;
    AccessKeys access_keys = {};
};

FileContents read_file(const std::string& path, const Environment& environment) {
    std::ifstream file(path);
    if (!file) return {{}, "config: the file " + path + " cannot be read"};
    std::ostringstream text;
    text << file.rdbuf();

    FileContents contents;
    try {
        const auto table = toml::parse(text.str());
        std::set<std::string> known;
        for (const auto& row : setting_rows()) known.insert(row.key());
        for (const auto& [key, node] : table) {
            const std::string name(key.str());
            const auto where = path + " line " + std::to_string(node.source().begin.line);
            if (name == "aws_access_keys") {
                auto keys = read_access_keys(node, environment);
                if (auto* fault = std::get_if<AccessKeyFault>(&keys)) return {{}, path + ": " + fault->sentence};
                contents.access_keys = std::get<AccessKeys>(std::move(keys));
                continue;
            }
            if (!known.contains(name))
                return {{}, name + " (" + where + ") is not a setting; see docs/configuration.md"};
            const auto value = text_of(node);
            if (!value) return {{}, name + " (" + where + ") must be a string, a whole number, true or false"};
            contents.values[name] = *value;
        }
    } catch (const toml::parse_error& error) {
        return {{},
                "config: " + path + " line " + std::to_string(error.source().begin.line) +
                    " is not TOML: " + std::string(error.description())};
    }
    return contents;
}

std::string default_data_folder(const Environment& environment) {
    if (const auto folder = environment("XDG_DATA_HOME"); folder && folder->starts_with('/')) return *folder + "/tern";
    if (const auto home = environment("HOME"); home && !home->empty()) return *home + "/.local/share/tern";
    return {};
}

std::optional<std::string> insecure_setting(const Settings& settings) {
    if (settings.allow_insecure) return std::nullopt;
    for (const auto& address : settings.aws_listen) {
        if (address.is_loopback() || !settings.access_keys.empty()) continue;
        return "aws-listen: other machines can reach " + to_string(address) +
               ", and without access keys whoever does can read and delete every message; allowed: a loopback "
               "address, or any address together with [[aws_access_keys]] in the configuration file or "
               "--allow-insecure";
    }
    const std::array<std::pair<const char*, const ListenAddress*>, 2> addresses = {
        {{"listen", &settings.listen}, {"http", &settings.http}}};
    for (const auto& [name, address] : addresses) {
        if (address->is_loopback()) continue;
        return std::string(name) + ": other machines can reach " + to_string(*address) +
               ", and since there are no credentials there, whoever does can read and delete every message; "
               "allowed: a loopback address, or any address together with --allow-insecure";
    }
    return std::nullopt;
}

std::optional<Given> find_value(const SettingRow& row, std::size_t position, const CommandLine& line,
                                const Environment& environment, const FileContents& file, const std::string& path) {
    if (const auto found = line.values.find(position); found != line.values.end()) {
        return Given{"option", "option --" + std::string(row.name), found->second};
    }
    if (auto value = environment(row.environment_variable())) {
        return Given{"environment", "environment variable " + row.environment_variable(), *value};
    }
    if (const auto found = file.values.find(row.key()); found != file.values.end()) {
        return Given{"file", path, found->second};
    }
    return std::nullopt;
}

ConfigurationOutcome assemble(const CommandLine& line, const Environment& environment) {
    const auto path = !line.config.empty() ? line.config : environment("TERN_CONFIG").value_or("");
    const auto file = path.empty() ? FileContents{} : read_file(path, environment);
    if (!file.fault.empty()) return refusal(file.fault);

    Configuration configuration;
    configuration.settings.data = default_data_folder(environment);
    configuration.settings.access_keys = file.access_keys;
    configuration.print_config = line.print_config;
    configuration.unsafe_early_acknowledgement = line.unsafe_early_acknowledgement;
    configuration.unsafe_early_reading = line.unsafe_early_reading;
    const auto rows = setting_rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto given = find_value(rows[i], i, line, environment, file, path);
        configuration.origins.push_back(given ? given->origin : "default");
        if (given && !rows[i].set(configuration.settings, given->value)) {
            return refusal(std::string(rows[i].name) + " (" + given->place + "): \"" + given->value +
                           "\" is not allowed; allowed: " + rows[i].allowed);
        }
    }
    if (configuration.settings.data.empty()) return refusal("data: there is no home folder; allowed: --data DIR");
    if (auto sentence = insecure_setting(configuration.settings)) return refusal(std::move(*sentence));
    // The reserve must hold whatever one commit writes, with the pages that the store copies on the way.
    if (configuration.settings.mailbox.batch_bytes_max > configuration.settings.store.reserve_bytes / 2) {
        return refusal("batch-bytes-max: one commit must fit in half of storage-reserve-bytes; allowed: up to " +
                       std::to_string(configuration.settings.store.reserve_bytes / 2));
    }
    if (line.unsafe_early_acknowledgement && environment("TERN_TEST_UNSAFE") != "1") {
        return refusal("unsafe-early-acknowledgement loses acknowledged messages in a power cut; it exists for a test");
    }
    if (line.unsafe_early_reading && environment("TERN_TEST_UNSAFE") != "1") {
        return refusal("unsafe-early-reading shows records that a power cut may undo; it exists for a test");
    }
    return {std::move(configuration), {}, 0};
}

}  // namespace

ConfigurationOutcome configure(const std::vector<std::string>& arguments, const Environment& environment,
                               std::string_view version) {
    CommandLineReader reader(version);
    try {
        return assemble(reader.read(arguments), environment);
    } catch (const CLI::CallForHelp&) {
        return {std::nullopt, reader.app().help(), 0};
    } catch (const CLI::CallForVersion& version_text) {
        return {std::nullopt, std::string(version_text.what()) + "\n", 0};
    } catch (const CLI::ParseError& error) {
        return refusal(std::string(error.what()) + "; see ternd --help");
    }
}

std::string print_config(const Configuration& configuration) {
    const auto rows = setting_rows();
    std::vector<std::string> lines;
    std::size_t widest = 0;
    for (const auto& row : rows) {
        lines.push_back(row.key() + " = " + row.show(configuration.settings));
        widest = std::max(widest, lines.back().size());
    }
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        lines[i].resize(widest + 2, ' ');
        text += lines[i] + "# " + std::string(configuration.origins[i]) + "\n";
    }
    // Keys are secrets: that they are there is all that is told.
    if (const auto keys = configuration.settings.access_keys.size(); keys > 0) {
        text += "# aws_access_keys: " + std::to_string(keys) + "\n";
    }
    return text;
}

}  // namespace tern::runtime
