#include "broker/runtime/access_keys_toml.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tern::runtime {
namespace {

using AccessKeyEnvironment = std::function<std::optional<std::string>(const std::string&)>;

constexpr std::size_t access_keys_max = 1'000;
// What AWS's SDKs take as a key id.
constexpr std::size_t key_id_bytes_max = 128;

/// Reads one table. Throws AccessKeyFault.
class AccessKeyReader {
public:
    AccessKeyReader(const toml::table& table, const AccessKeyEnvironment& environment)
        : table_(table),
          environment_(environment) {}

    AccessKey read() const {
        AccessKey key;
        for (const auto& [name, node] : table_) {
            const auto& field = name.str();
            if (field == "id")
                key.id = text(field, node);
            else if (field == "account")
                key.account = text(field, node);
            else if (field == "actions")
                key.actions = patterns(field, node);
            else if (field == "names")
                key.names = patterns(field, node);
            else if (field != "secret" && field != "secret_file" && field != "secret_environment")
                fail(node, std::string(field) + " is not a field of an access key");
        }
        judge_id(key.id);
        judge_account(key.account);
        for (const auto& action : key.actions) judge_action(action);
        key.secret = secret();
        return key;
    }

private:
    [[noreturn]] static void fail(const toml::node& node, const std::string& sentence) {
        throw AccessKeyFault{"aws_access_keys (line " + std::to_string(node.source().begin.line) + "): " + sentence};
    }
    [[noreturn]] void fail(const std::string& field, const std::string& sentence) const {
        const auto* const node = table_.get(field);
        fail(node ? *node : static_cast<const toml::node&>(table_), sentence);
    }

    static std::string text(std::string_view field, const toml::node& node) {
        if (const auto* value = node.as_string(); value && !value->get().empty()) return value->get();
        fail(node, std::string(field) + " must be a string that is not empty");
    }

    static std::vector<std::string> patterns(std::string_view field, const toml::node& node) {
        const auto* const array = node.as_array();
        if (!array || array->empty()) fail(node, std::string(field) + " must be a list of patterns");
        std::vector<std::string> all;
        for (const auto& one : *array) all.push_back(text(field, one));
        return all;
    }

    void judge_id(const std::string& id) const {
        if (id.empty()) fail("id", "an access key needs an id");
        const bool plain = std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F && c != ',' && c != '/'; });
        if (!plain || id.size() > key_id_bytes_max) {
            fail("id", "id: allowed: up to 128 characters of ASCII without spaces, commas and slashes");
        }
    }

    void judge_account(const std::string& account) const {
        const bool digits = std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
        if (!account.empty() && (account.size() != 12 || !digits)) fail("account", "account: allowed: 12 digits");
    }

    void judge_action(const std::string& action) const {
        if (action == "*" || action.find(':') != std::string::npos) return;
        fail("actions", "actions: allowed: SERVICE:OPERATION with * for any characters, such as sqs:* or sns:Publish");
    }

    /// Sentences here never show a value.
    std::string secret() const {
        const auto* const given = table_.get("secret");
        const auto* const file = table_.get("secret_file");
        const auto* const variable = table_.get("secret_environment");
        if ((given != nullptr) + (file != nullptr) + (variable != nullptr) != 1) {
            fail(table_, "an access key needs one of secret, secret_file and secret_environment");
        }
        if (given) return text("secret", *given);
        if (file) return secret_of_file(text("secret_file", *file), *file);
        const auto name = text("secret_environment", *variable);
        auto value = environment_(name);
        if (!value || value->empty()) fail(*variable, "the environment variable " + name + " is not set");
        return std::move(*value);
    }

    static std::string secret_of_file(const std::string& path, const toml::node& node) {
        std::ifstream file(path);
        std::ostringstream contents;
        if (file) contents << file.rdbuf();
        auto secret = contents.str();
        while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
        if (!file || secret.empty()) fail(node, "secret_file: " + path + " cannot be read, or is empty");
        return secret;
    }

    const toml::table& table_;
    const AccessKeyEnvironment& environment_;
};

}  // namespace

std::variant<AccessKeys, AccessKeyFault> read_access_keys(
    const toml::node& section, const std::function<std::optional<std::string>(const std::string&)>& environment) {
    const auto where = "aws_access_keys (line " + std::to_string(section.source().begin.line) + ")";
    const auto* const array = section.as_array();
    if (!array || !array->is_array_of_tables()) {
        return AccessKeyFault{where + " must be tables: [[aws_access_keys]]"};
    }
    if (array->size() > access_keys_max) return AccessKeyFault{where + ": 1000 access keys at most"};
    AccessKeys keys;
    try {
        for (const auto& node : *array) {
            auto key = AccessKeyReader(*node.as_table(), environment).read();
            const auto id = key.id;
            if (!keys.emplace(id, std::move(key)).second) {
                return AccessKeyFault{"aws_access_keys (line " + std::to_string(node.source().begin.line) +
                                      "): there is another key with the id " + id};
            }
        }
    } catch (const AccessKeyFault& fault) {
        return fault;
    }
    return keys;
}

}  // namespace tern::runtime
