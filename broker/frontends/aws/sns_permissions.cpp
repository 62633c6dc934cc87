#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_policy_actions.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Statements of a topic's policy come and go (docs/aws.md sns-6). Kept, and without effect.
namespace tern::aws::sns {
namespace {

namespace json = boost::json;

/// The policy as it is; statements of one that cannot be read are lost.
json::object parsed_policy(const NamedTopic& topic, const engine::TopicDescription& description) {
    json::error_code fault;
    auto policy = json::parse(policy_of(topic, description), fault);
    if (fault || !policy.is_object()) policy = json::object();
    auto& object = policy.get_object();
    if (auto* const statements = object.if_contains("Statement"); !statements || !statements->is_array())
        object["Statement"] = json::array();
    return object;
}

bool is_labelled(const json::value& statement, std::string_view label) {
    const auto* const object = statement.if_object();
    const auto* const sid = object ? object->if_contains("Sid") : nullptr;
    return sid && sid->is_string() && view_of(*sid) == label;
}

json::value one_or_list(json::array&& list) {
    return list.size() == 1 ? std::move(list.front()) : json::value(std::move(list));
}

json::object statement_of(const Call& call, const NamedTopic& topic, json::array&& actions) {
    json::array principals;
    if (const auto* const accounts = list_in(call.parameters, "AWSAccountId"))
        for (const auto& account : *accounts)
            principals.push_back(json::string(iam_arn(topic.scope.region, view_of(account), "root")));
    json::object statement;
    statement["Sid"] = std::string(text_in(call.parameters, "Label").value_or(""));
    statement["Effect"] = "Allow";
    statement["Principal"] = json::object{{"AWS", one_or_list(std::move(principals))}};
    statement["Action"] = one_or_list(std::move(actions));
    statement["Resource"] = arn_of_topic(topic);
    return statement;
}

/// Errors: invalid_parameter for an action that a topic cannot permit.
std::variant<json::array, Error> actions_in(const Call& call) {
    json::array actions;
    if (const auto* const given = list_in(call.parameters, "ActionName")) {
        for (const auto& action : *given) {
            if (!is_permittable(view_of(action))) return invalid("Policy statement action out of service scope!");
            actions.push_back(json::string("SNS:" + std::string(view_of(action))));
        }
    }
    return actions;
}

std::optional<Error> check_accounts(const Call& call) {
    const auto* const accounts = list_in(call.parameters, "AWSAccountId");
    const auto is_one = [](const json::value& account) { return is_account(view_of(account)); };
    if (!accounts || std::ranges::all_of(*accounts, is_one)) return std::nullopt;
    return invalid("A provided account ID is not valid");
}

struct Policed {
    NamedTopic topic;
    json::object policy;
};

std::variant<Policed, Error> policed_topic(const Surroundings& surroundings, const Call& call) {
    auto topic = topic_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    auto& named = std::get<NamedTopic>(topic);
    const auto described = describe(surroundings, named);
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    auto policy = parsed_policy(named, std::get<engine::TopicDescription>(described));
    return Policed{std::move(named), std::move(policy)};
}

Step submit_policy(Policed&& policed) {
    engine::SetTopic command;
    command.topic = std::move(policed.topic.topic);
    command.annotations["Policy"] = json::serialize(policed.policy);
    return submit_and_say_nothing(std::move(command));
}

}  // namespace

Step add_permission(const Surroundings& surroundings, Call& call) {
    auto found = policed_topic(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& policed = std::get<Policed>(found);
    auto actions = actions_in(call);
    if (auto* const error = std::get_if<Error>(&actions)) return std::move(*error);
    if (auto error = check_accounts(call)) return std::move(*error);
    const auto label = text_in(call.parameters, "Label").value_or("");
    auto& statements = policed.policy["Statement"].get_array();
    if (std::ranges::any_of(statements, [&](const json::value& one) { return is_labelled(one, label); }))
        return invalid("Statement already exists");
    statements.push_back(statement_of(call, policed.topic, std::get<json::array>(std::move(actions))));
    return submit_policy(std::move(policed));
}

Step remove_permission(const Surroundings& surroundings, Call& call) {
    auto found = policed_topic(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& policed = std::get<Policed>(found);
    const auto label = text_in(call.parameters, "Label").value_or("");
    auto& statements = policed.policy["Statement"].get_array();
    json::array kept;
    for (auto& statement : statements)
        if (!is_labelled(statement, label)) kept.push_back(std::move(statement));
    policed.policy["Statement"] = std::move(kept);
    return submit_policy(std::move(policed));
}

}  // namespace tern::aws::sns
