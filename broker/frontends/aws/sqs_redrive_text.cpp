#include "broker/frontends/aws/sqs_redrive_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>
#include <utility>

namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::uint32_t receive_count_max = 1000;
constexpr std::size_t source_queues_max = 10;

std::optional<json::object> object_of(std::string_view text) {
    json::error_code fault;
    auto value = json::parse({text.data(), text.size()}, fault);
    if (fault || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string plain_text(const json::value& value) {
    return value.is_string() ? std::string(view_of(value)) : json::serialize(value);
}

std::optional<std::uint32_t> receive_count(const json::value& value) {
    const auto text = plain_text(value);
    std::uint32_t count = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (count < 1 || count > receive_count_max) return std::nullopt;
    return count;
}

/// The engine knows the dead-letter queue, and its sources, by names in one namespace.
std::optional<std::string> name_beside(const Surroundings& surroundings, const json::value& arn,
                                       const NamedQueue& queue) {
    if (!arn.is_string()) return std::nullopt;
    auto named = queue_of_arn(surroundings, view_of(arn));
    if (!named || named->scope != queue.scope) return std::nullopt;
    return std::move(named->queue.name);
}

std::string_view permission_text(engine::RedriveAllow permission) {
    switch (permission) {
        case engine::RedriveAllow::all: return "allowAll";
        case engine::RedriveAllow::none: return "denyAll";
        case engine::RedriveAllow::by_queue: return "byQueue";
    }
    return {};
}

std::optional<engine::RedriveAllow> parse_permission(const json::object& policy) {
    const auto* const value = policy.if_contains("redrivePermission");
    if (!value || !value->is_string()) return std::nullopt;
    for (const auto permission :
         {engine::RedriveAllow::all, engine::RedriveAllow::none, engine::RedriveAllow::by_queue})
        if (view_of(*value) == permission_text(permission)) return permission;
    return std::nullopt;
}

}  // namespace

std::variant<engine::RedrivePolicy, Error> parse_redrive_policy(const Surroundings& surroundings, std::string_view text,
                                                                const NamedQueue& source) {
    if (text.empty()) return engine::RedrivePolicy{};
    const auto refuse = [&](std::string_view reason) { return invalid_value(text, "RedrivePolicy", reason); };
    const auto policy = object_of(text);
    if (!policy) return refuse("Redrive policy is not a valid JSON map.");
    const auto* const target = policy->if_contains("deadLetterTargetArn");
    const auto* const count = policy->if_contains("maxReceiveCount");
    if (!target && !count && policy->empty()) return engine::RedrivePolicy{};
    if (!target) return refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
    if (!count) return refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
    const auto number = receive_count(*count);
    if (!number) {
        return refuse("Invalid value for maxReceiveCount: " + plain_text(*count) +
                      ", valid values are from 1 to 1000 both inclusive.");
    }
    if (!target->is_string() || !queue_of_arn(surroundings, view_of(*target)))
        return refuse("Invalid value for deadLetterTargetArn.");
    auto name = name_beside(surroundings, *target, source);
    if (!name) return refuse("Dead letter target does not exist.");
    return engine::RedrivePolicy{std::move(*name), *number};
}

std::variant<engine::RedriveAllowPolicy, Error> parse_redrive_allow_policy(const Surroundings& surroundings,
                                                                           std::string_view text,
                                                                           const NamedQueue& dead_letter_queue) {
    const auto refuse = [&](std::string_view reason) { return invalid_value(text, "RedriveAllowPolicy", reason); };
    const auto policy = object_of(text);
    if (!policy) return refuse("Amazon SQS can't create the redrive allow policy. Policy is not a valid JSON map.");
    const auto permission = parse_permission(*policy);
    if (!permission) return refuse("redrivePermission must be allowAll, denyAll or byQueue.");
    engine::RedriveAllowPolicy parsed{*permission, {}};
    if (const auto* const sources = policy->if_contains("sourceQueueArns")) {
        if (!sources->is_array()) return refuse("sourceQueueArns must be a list of ARNs.");
        for (const auto& arn : sources->get_array()) {
            auto name = name_beside(surroundings, arn, dead_letter_queue);
            if (!name) return refuse("sourceQueueArns must be ARNs of queues of the same account and region.");
            parsed.source_queues.push_back(std::move(*name));
        }
    }
    const auto sources = parsed.source_queues.size();
    const bool by_queue = *permission == engine::RedriveAllow::by_queue;
    if (by_queue && sources == 0) {
        return refuse(
            "Amazon SQS can't create the redrive allow policy. When you specify the byQueue permission type, you must "
            "also "
            "specify one or more sourceQueueArns values.");
    }
    if (by_queue && sources > source_queues_max) {
        return refuse(
            "Amazon SQS can't create the redrive allow policy. The maximum number of source queue ARNs you can specify "
            "is "
            "10.");
    }
    if (!by_queue && sources > 0) {
        return refuse(
            "Amazon SQS can't create the redrive allow policy. To specify one or more source queue ARNs, you must set "
            "redrivePermission to byQueue.");
    }
    return parsed;
}

std::string text_of(const engine::RedrivePolicy& policy, const Scope& scope) {
    json::object object;
    object["deadLetterTargetArn"] = arn_of("sqs", scope, policy.dead_letter_queue);
    object["maxReceiveCount"] = policy.receive_count_max;
    return json::serialize(object);
}

std::string text_of(const engine::RedriveAllowPolicy& policy, const Scope& scope) {
    json::object object;
    object["redrivePermission"] = permission_text(policy.permission);
    if (policy.permission == engine::RedriveAllow::by_queue) {
        json::array sources;
        for (const auto& name : policy.source_queues) sources.push_back(json::string(arn_of("sqs", scope, name)));
        object["sourceQueueArns"] = std::move(sources);
    }
    return json::serialize(object);
}

}  // namespace tern::aws::sqs
