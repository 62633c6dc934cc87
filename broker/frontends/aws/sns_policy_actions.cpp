#include "broker/frontends/aws/sns_policy_actions.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/operation.hpp"
#include "broker/frontends/aws/parameters.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::array permittable_actions = {
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
    "Receive",
    "ListTagsForResource",
    "GetDataProtectionPolicy",
    "PutDataProtectionPolicy",
};

/// Whether there is a thing of that name that SNS does; a policy writes names in any case.
bool is_action_of_sns(std::string_view name) {
    const auto is_it = [&](std::string_view one) { return admin::equal_ignoring_case(one, name); };
    const auto& operations = table_of(Service::sns).operations;
    return std::ranges::any_of(operations, is_it, &Operation::name) || std::ranges::any_of(permittable_actions, is_it);
}

bool is_in_scope(const json::value& action) {
    if (!action.is_string()) return true;
    const auto text = view_of(action);
    if (text.find_first_of("*?") != std::string_view::npos) return true;
    const auto colon = text.find(':');
    return colon != std::string_view::npos && admin::equal_ignoring_case(text.substr(0, colon), "sns") &&
           is_action_of_sns(text.substr(colon + 1));
}

bool is_statement_in_scope(const json::value& statement) {
    const auto* const object = statement.if_object();
    const auto* const actions = object ? object->if_contains("Action") : nullptr;
    if (!actions) return true;
    return actions->is_array() ? std::ranges::all_of(actions->get_array(), is_in_scope) : is_in_scope(*actions);
}

}  // namespace

bool is_permittable(std::string_view action) {
    return std::ranges::find(permittable_actions, action) != permittable_actions.end();
}

Complaint fault_of_policy(std::string_view policy) {
    json::error_code fault;
    const auto parsed = json::parse({policy.data(), policy.size()}, fault);
    const auto* const object = fault ? nullptr : parsed.if_object();
    const auto* const statements = object ? object->if_contains("Statement") : nullptr;
    if (!statements) return std::nullopt;
    const bool fits = statements->is_array() ? std::ranges::all_of(statements->get_array(), is_statement_in_scope)
                                             : is_statement_in_scope(*statements);
    return fits ? std::nullopt : Complaint("Policy statement action out of service scope!");
}

}  // namespace tern::aws::sns
