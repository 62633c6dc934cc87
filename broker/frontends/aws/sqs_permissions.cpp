#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "broker/base/ascii.hpp"
#include "broker/frontends/aws/operation.hpp"
#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// Permissions, which are statements in the queue's access policy (docs/aws.md sqs-13).
namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::size_t actions_max = 7;
constexpr std::size_t label_bytes_max = 80;
/// More than a policy has room for.
constexpr std::size_t accounts_max = 1000;

/// What others may be allowed to do with a queue; "*" is all of it.
constexpr std::array<std::string_view, 9> actions_of_others = {
    "*",           "ChangeMessageVisibility",    "DeleteMessage", "GetQueueAttributes",
    "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue",    "ReceiveMessage",
    "SendMessage"};

json::object new_policy(const NamedQueue& queue) {
    json::object policy;
    policy["Version"] = "2008-10-17";
    policy["Id"] = arn_of_queue(queue) + "/SQSDefaultPolicy";
    policy["Statement"].emplace_array();
    return policy;
}

/// The policy with a list of statements, whatever form it was given in.
json::object policy_of(const NamedQueue& queue, const std::string& text) {
    json::error_code fault;
    auto value = json::parse(text, fault);
    if (fault || !value.is_object()) return new_policy(queue);
    auto policy = std::move(value.get_object());
    auto& statements = policy["Statement"];
    if (statements.is_object()) statements = json::array{statements};
    if (!statements.is_array()) statements.emplace_array();
    return policy;
}

json::value* find_statement(json::array& statements, std::string_view label) {
    for (auto& statement : statements) {
        const auto* const id = statement.is_object() ? statement.get_object().if_contains("Sid") : nullptr;
        if (id && id->is_string() && view_of(*id) == label) return &statement;
    }
    return nullptr;
}

/// One alone stands there without a list, as in AWS.
json::value one_or_list(json::array&& values) {
    if (values.size() == 1) return std::move(values.front());
    return std::move(values);
}

json::object new_statement(const Call& call, const NamedQueue& queue, std::string_view label) {
    json::array principals;
    for (const auto& account : *list_in(call.parameters, "AWSAccountIds")) {
        std::string arn("arn:");
        arn.append(partition_of(queue.scope.region)).append(":iam::").append(view_of(account)).append(":root");
        principals.push_back(json::string(arn));
    }
    json::array actions;
    for (const auto& action : *list_in(call.parameters, "Actions"))
        actions.push_back(json::string("SQS:" + std::string(view_of(action))));
    json::object statement;
    statement["Sid"] = label;
    statement["Effect"] = "Allow";
    statement["Principal"] = json::object{{"AWS", one_or_list(std::move(principals))}};
    statement["Action"] = one_or_list(std::move(actions));
    statement["Resource"] = arn_of_queue(queue);
    return statement;
}

std::optional<Error> check_action(std::string_view action) {
    if (std::ranges::find(actions_of_others, action) != actions_of_others.end()) return std::nullopt;
    const bool known = find_operation(table_of(Service::sqs).operations, action);
    return invalid_value("SQS:" + shown(action), "ActionName",
                         known ? "Only the queue owner is allowed to invoke this action."
                               : "Please refer to the appropriate WSDL for a list of valid actions. ");
}

std::optional<Error> check_permission(const Call& call, std::string_view label) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
    if (label.size() > label_bytes_max || !std::ranges::all_of(label, allowed)) {
        return invalid_value(label, "Label",
                             "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }
    const auto* const accounts = list_in(call.parameters, "AWSAccountIds");
    const auto* const actions = list_in(call.parameters, "Actions");
    if (!accounts || accounts->empty()) return invalid_value("[]", "PrincipalId", "Unable to verify.");
    if (!actions || actions->empty()) return missing("Actions");
    if (actions->size() > actions_max) {
        return Error{kinds::over_limit, std::to_string(actions->size()) + " Actions were found, maximum allowed is " +
                                            std::to_string(actions_max) + "."};
    }
    if (accounts->size() > accounts_max) {
        return Error{kinds::over_limit, std::to_string(accounts->size()) +
                                            " AWSAccountIds were found, maximum allowed is " +
                                            std::to_string(accounts_max) + "."};
    }
    for (const auto& account : *accounts)
        if (!is_account(view_of(account)))
            return invalid_value("[" + shown(view_of(account)) + "]", "PrincipalId", "Unable to verify.");
    for (const auto& action : *actions)
        if (auto error = check_action(view_of(action))) return error;
    return std::nullopt;
}

Step set_policy(const Call& call, const NamedQueue& queue, const json::object& policy) {
    engine::SetQueue command{queue.queue, {}};
    const bool empty = policy.at("Statement").get_array().empty();
    command.settings.policy = empty ? std::string() : json::serialize(policy);
    return submit_and_say_nothing(call, std::move(command));
}

/// What adding and removing begin with.
struct PolicyEdit {
    NamedQueue queue;
    std::string label;
    json::object policy;
};

std::variant<PolicyEdit, Error> begin_edit(const Surroundings& surroundings, const Call& call) {
    auto queue = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&queue)) return std::move(*error);
    const auto label = text_in(call.parameters, "Label");
    if (!label || label->empty()) return missing("Label");
    auto& named = std::get<NamedQueue>(queue);
    const auto description = describe(surroundings, named.queue);
    if (!description.has_value()) return error_of(call, description.error());
    auto policy = policy_of(named, description->settings.policy);
    return PolicyEdit{std::move(named), std::string(*label), std::move(policy)};
}

}  // namespace

Step add_permission(const Surroundings& surroundings, Call& call) {
    auto begun = begin_edit(surroundings, call);
    if (auto* const error = std::get_if<Error>(&begun)) return std::move(*error);
    auto& edit = std::get<PolicyEdit>(begun);
    if (auto error = check_permission(call, edit.label)) return std::move(*error);
    auto& statements = edit.policy["Statement"].get_array();
    if (find_statement(statements, edit.label)) return invalid_value(edit.label, "Label", "Already exists.");
    statements.push_back(new_statement(call, edit.queue, edit.label));
    return set_policy(call, edit.queue, edit.policy);
}

Step remove_permission(const Surroundings& surroundings, Call& call) {
    auto begun = begin_edit(surroundings, call);
    if (auto* const error = std::get_if<Error>(&begun)) return std::move(*error);
    auto& edit = std::get<PolicyEdit>(begun);
    auto& statements = edit.policy["Statement"].get_array();
    const auto* const statement = find_statement(statements, edit.label);
    if (!statement) return invalid_value(edit.label, "Label", "can't find label.");
    statements.erase(statement);
    return set_policy(call, edit.queue, edit.policy);
}

}  // namespace tern::aws::sqs
