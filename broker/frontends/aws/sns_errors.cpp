#include "broker/frontends/aws/sns_errors.hpp"

#include <utility>

#include "protocol/status.hpp"

namespace tern::aws::sns {

Error invalid(std::string_view what) {
    return {kinds::invalid_parameter, std::string("Invalid parameter: ").append(what)};
}

Error invalid(std::string_view what, std::string_view reason) {
    return invalid(std::string(what).append(" Reason: ").append(reason));
}

Error absent(std::string_view member) {
    std::string text = "1 validation error detected: Value null at '";
    text.append(member).append("' failed to satisfy constraint: Member must not be null");
    return {kinds::validation, std::move(text)};
}

Error no_such_topic() {
    return {kinds::not_found, "Topic does not exist"};
}

Error no_such_subscription() {
    return {kinds::not_found, "Subscription does not exist"};
}

Error error_of(Errc status) {
    std::string text(protocol::sentence_of(status));
    switch (status) {
        case Errc::topic_does_not_exist: return no_such_topic();
        case Errc::subscription_does_not_exist: return no_such_subscription();
        case Errc::too_many_topics: return {kinds::topic_limit, std::move(text)};
        case Errc::too_many_subscriptions: return {kinds::subscription_limit, std::move(text)};
        case Errc::topic_name_invalid: return invalid("Topic Name");
        case Errc::publication_too_large: return invalid("Message too long");
        case Errc::publication_empty: return invalid("Empty message");
        case Errc::message_group_id_missing: return invalid("The MessageGroupId parameter is required for FIFO topics");
        case Errc::deduplication_id_missing:
            return invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                "explicitly");
        case Errc::fifo_queue_on_standard_topic:
            return invalid(
                "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
        case Errc::overloaded:
        case Errc::storage_full:
        case Errc::shutting_down: return {common_errors::service_unavailable, std::move(text)};
        case Errc::storage_damaged:
        case Errc::internal_error: return {common_errors::internal_failure, std::move(text)};
        default: return invalid(text);
    }
}

}  // namespace tern::aws::sns
