// What a call is about, and whether its signer may do that.

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/aws/admission.hpp"

namespace tern::aws {
namespace {

/// Something that a call names: the account it is in, its own name, and how an ARN would have it.
struct NamedResource {
    std::string account;
    std::string name;
    std::string arn;
};

std::string_view named_text(const boost::json::object& parameters, std::string_view key) {
    const auto* const value = parameters.if_contains(key);
    const auto* const text = value ? value->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

NamedResource resource_in(std::string_view service, const Scope& scope, std::string_view name) {
    return {scope.account, std::string(name), arn_of(service, scope, name)};
}

void add_arn(std::string_view text, std::vector<NamedResource>& resources) {
    const auto arn = parse_arn(text);
    if (!arn) return;
    // A subscription is its topic's.
    const auto name = arn->resource.substr(0, arn->resource.find(':'));
    resources.push_back({arn->scope.account, name, std::string(text)});
}

/// The dead-letter queue in a redrive policy, into which messages would be moved.
void add_dead_letter_target(std::string_view policy, std::vector<NamedResource>& resources) {
    boost::json::error_code fault;
    const auto value = boost::json::parse({policy.data(), policy.size()}, fault);
    if (!fault && value.is_object()) add_arn(named_text(value.get_object(), "deadLetterTargetArn"), resources);
}

/// What the attributes name that a call sets.
void add_resources_in_attributes(const Call& call, std::vector<NamedResource>& resources) {
    const auto* const attributes = call.parameters.if_contains("Attributes");
    if (attributes && attributes->is_object())
        add_dead_letter_target(named_text(attributes->get_object(), "RedrivePolicy"), resources);
    if (named_text(call.parameters, "AttributeName") == "RedrivePolicy")
        add_dead_letter_target(named_text(call.parameters, "AttributeValue"), resources);
}

/// Everything that the call names at its top, where all operations of SQS and SNS have what they are about, and the
/// dead-letter queues in its attributes.
std::vector<NamedResource> resources_of(const Call& call, std::string_view service) {
    std::vector<NamedResource> resources;
    if (const auto url = named_text(call.parameters, "QueueUrl"); !url.empty()) {
        if (const auto address = parse_queue_url(url)) {
            resources.push_back(resource_in(service, address->scope_for(call.scope), address->name));
        }
    }
    for (const auto* const key : {"QueueName", "Name"}) {
        const auto name = named_text(call.parameters, key);
        if (name.empty()) continue;
        auto scope = call.scope;
        if (const auto owner = named_text(call.parameters, "QueueOwnerAWSAccountId"); !owner.empty())
            scope.account = owner;
        resources.push_back(resource_in(service, scope, name));
    }
    for (const auto* const key :
         {"SourceArn", "DestinationArn", "TopicArn", "TargetArn", "SubscriptionArn", "ResourceArn", "Endpoint"}) {
        add_arn(named_text(call.parameters, key), resources);
    }
    add_resources_in_attributes(call, resources);
    return resources;
}

/// What AWS itself asks no signature for: links in the messages that subscribers are sent.
bool is_open_to_everybody(const Call& call) {
    return call.service == Service::sns && (call.operation == "ConfirmSubscription" || call.operation == "Unsubscribe");
}

/// A move task's handle does not show its queue: who may touch some names only has no use of it.
bool names_something_unseen(const Call& call) {
    return !named_text(call.parameters, "TaskHandle").empty();
}

}  // namespace

std::optional<SignatureRefusal> authorize_call(const AwsOptions& options, const Admission& admission, Call& call) {
    if (options.access_keys.empty()) return std::nullopt;
    if (!admission.signer) {
        if (is_open_to_everybody(call)) return std::nullopt;
        return SignatureRefusal{Distrust::missing, "Request is missing Authentication Token"};
    }
    const auto& [key, scope] = *admission.signer;
    const auto service = signing_name_of(call.service);
    if (scope.service != service) {
        return SignatureRefusal{Distrust::mismatch,
                                "Credential should be scoped to correct service: '" + std::string(service) + "'."};
    }
    call.scope.account = key->account.empty() ? options.home.account : key->account;
    call.access_key = key->id;

    const auto resources = resources_of(call, service);
    for (const auto& resource : resources) {
        // Another account's things are nobody's here.
        const bool own = resource.account == call.scope.account;
        auto refusal = authorize(*key, service, call.operation, resource.name, resource.arn);
        if (!own && !refusal) {
            refusal = SignatureRefusal{Distrust::denied, "User: " + key->id +
                                                             " is not authorized to perform: " + std::string(service) +
                                                             ":" + call.operation + " on resource: " + resource.arn};
        }
        if (refusal) return refusal;
    }
    if (!resources.empty()) return std::nullopt;
    const auto name = names_something_unseen(call) ? std::optional<std::string_view>("") : std::nullopt;
    return authorize(*key, service, call.operation, name, "*");
}

}  // namespace tern::aws
