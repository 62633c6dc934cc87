#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <utility>

#include "broker/base/ascii.hpp"
#include "broker/engine/annotations.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/sns_endpoint.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_platform.hpp"

/// Text messages: their settings are kept, and no message is sent, so that nobody has reason to opt out (docs/aws.md
/// sns-29).
namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::array sms_attribute_names = {
    "MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate",
    "DefaultSenderID",   "DefaultSMSType",        "UsageReportS3Bucket"};

/// In US dollars: what AWS allows whoever has not asked for more. It is told though nobody set it.
constexpr std::string_view spend_limit_name = "MonthlySpendLimit";
constexpr std::string_view spend_limit_default = "1";

constexpr std::size_t sender_id_max = 11;

/// 1 to 11 letters and digits, at least one of them a letter.
bool is_sender_id(std::string_view text) {
    return text.size() <= sender_id_max && std::ranges::all_of(text, is_alphanumeric) &&
           !std::ranges::all_of(text, admin::is_digit);
}

std::optional<Error> check_sms_attribute(const std::string& name, std::string_view value) {
    if (std::ranges::find(sms_attribute_names, name) == sms_attribute_names.end())
        return Error{kinds::invalid_parameter, name + " is not a valid attribute"};
    // An empty text takes back what was set.
    if (value.empty()) return std::nullopt;
    if (name == "DefaultSMSType" && value != "Promotional" && value != "Transactional")
        return Error{kinds::invalid_parameter, "DefaultSMSType is invalid"};
    if (name == "DefaultSenderID" && !is_sender_id(value))
        return Error{kinds::invalid_parameter, "DefaultSenderID is invalid"};
    return std::nullopt;
}

std::optional<Error> check_phone_number(const Call& call) {
    const auto number = text_in(call.parameters, "phoneNumber").value_or("");
    if (is_phone_number(number)) return std::nullopt;
    return invalid("PhoneNumber", "input incorrectly formatted");
}

}  // namespace

Step get_sms_attributes(const Surroundings& surroundings, Call& call) {
    const auto snapshot = surroundings.broker.snapshot();
    const auto found = engine::describe_topic(*snapshot, sms_topic(call.scope), surroundings.broker.durable_end());
    const auto* const wanted = list_in(call.parameters, "attributes");
    engine::Annotations kept{{std::string(spend_limit_name), std::string(spend_limit_default)}};
    if (found.has_value()) engine::annotate(kept, found->annotations);
    json::object attributes;
    for (const auto& [name, text] : kept) {
        const auto is_it = [&name = name](const json::value& one) { return view_of(one) == name; };
        if (!wanted || wanted->empty() || std::ranges::any_of(*wanted, is_it)) attributes[name] = text;
    }
    return json::object{{"attributes", std::move(attributes)}};
}

Step set_sms_attributes(const Surroundings& /*surroundings*/, Call& call) {
    engine::SetTopic change;
    change.topic = sms_topic(call.scope);
    if (const auto* const given = object_in(call.parameters, "attributes")) {
        for (const auto& [name, value] : *given) {
            const std::string key(name.data(), name.size());
            if (auto error = check_sms_attribute(key, view_of(value))) return std::move(*error);
            change.annotations[key] = std::string(view_of(value));
        }
    }
    Submit submit;
    submit.command = make_store_topic(change.topic, {});
    submit.then = [change = std::move(change)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(answer.status);
        return submit_and_say_nothing(change);
    };
    return submit;
}

Step check_if_phone_number_is_opted_out(const Surroundings& /*surroundings*/, Call& call) {
    if (auto error = check_phone_number(call)) return std::move(*error);
    return json::object{{"isOptedOut", false}};
}

Step list_phone_numbers_opted_out(const Surroundings& /*surroundings*/, Call& /*call*/) {
    return json::object{{"phoneNumbers", json::array()}};
}

Step opt_in_phone_number(const Surroundings& /*surroundings*/, Call& call) {
    if (auto error = check_phone_number(call)) return std::move(*error);
    return json::object();
}

}  // namespace tern::aws::sns
