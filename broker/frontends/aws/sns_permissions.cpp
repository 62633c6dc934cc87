#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
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

/// Changes the statements, or tells why it does not.
using Edit = std::function<std::optional<Error>(json::array& statements)>;

/// How often an edit begins again because another one came between its reading and its writing. Each time one of them
/// is done, so nobody needs more tries than there are edits at once.
constexpr int tries_max = 100;

Step edit_policy(const Surroundings& surroundings, const NamedTopic& topic, const Edit& edit, int tries = tries_max) {
    if (tries == 0)
        return Error{common_errors::service_unavailable, "The topic's policy is being changed by many at once."};
    const auto described = describe(surroundings, topic);
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    const auto& description = std::get<engine::TopicDescription>(described);
    auto policy = parsed_policy(topic, description);
    if (auto error = edit(policy["Statement"].get_array())) return std::move(*error);
    engine::SetTopic command;
    command.topic = topic.topic;
    command.annotations["Policy"] = json::serialize(policy);
    command.annotations_expected["Policy"] = annotation_of(description.annotations, "Policy");
    auto submit = submit_and_say_nothing(std::move(command));
    submit.then = [&surroundings, topic, edit, tries, then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::topic_exists) return edit_policy(surroundings, topic, edit, tries - 1);
        return then(std::move(answer));
    };
    return submit;
}

}  // namespace

Step add_permission(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    const auto& named = std::get<NamedTopic>(topic);
    // Whether there is such a topic comes first.
    const auto described = describe(surroundings, named);
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    auto actions = actions_in(call);
    if (auto* const error = std::get_if<Error>(&actions)) return std::move(*error);
    if (auto error = check_accounts(call)) return std::move(*error);
    const auto statement = statement_of(call, named, std::get<json::array>(std::move(actions)));
    return edit_policy(surroundings, named, [statement](json::array& statements) -> std::optional<Error> {
        const auto label = view_of(statement.at("Sid"));
        if (std::ranges::any_of(statements, [&](const json::value& one) { return is_labelled(one, label); }))
            return invalid("Statement already exists");
        statements.push_back(statement);
        return std::nullopt;
    });
}

Step remove_permission(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    const std::string label(text_in(call.parameters, "Label").value_or(""));
    return edit_policy(surroundings, std::get<NamedTopic>(topic), [label](json::array& statements) {
        json::array kept;
        for (auto& statement : statements)
            if (!is_labelled(statement, label)) kept.push_back(std::move(statement));
        statements = std::move(kept);
        return std::optional<Error>();
    });
}

}  // namespace tern::aws::sns
