#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/frontends/aws/error.hpp"

/// The errors of SNS, with its texts (docs/aws.md sns-1 to sns-30).
namespace tern::aws::sns {

namespace kinds {

inline constexpr ErrorKind invalid_parameter{"InvalidParameterException", "InvalidParameter"};
inline constexpr ErrorKind parameter_value_invalid{"InvalidParameterValueException", "ParameterValueInvalid"};
inline constexpr ErrorKind validation{"ValidationException", "ValidationError"};
inline constexpr ErrorKind not_found{"NotFoundException", "NotFound", 404};
inline constexpr ErrorKind resource_not_found{"ResourceNotFoundException", "ResourceNotFound", 404};
inline constexpr ErrorKind authorization{"AuthorizationErrorException", "AuthorizationError", 403};
inline constexpr ErrorKind endpoint_disabled{"EndpointDisabledException", "EndpointDisabled"};
inline constexpr ErrorKind topic_limit{"TopicLimitExceededException", "TopicLimitExceeded", 403};
inline constexpr ErrorKind subscription_limit{"SubscriptionLimitExceededException", "SubscriptionLimitExceeded", 403};
inline constexpr ErrorKind tag_limit{"TagLimitExceededException", "TagLimitExceeded"};
inline constexpr ErrorKind tag_policy{"TagPolicyException", "TagPolicy"};
inline constexpr ErrorKind too_many_entries{"TooManyEntriesInBatchRequestException", "TooManyEntriesInBatchRequest"};
inline constexpr ErrorKind batch_ids_not_distinct{"BatchEntryIdsNotDistinctException", "BatchEntryIdsNotDistinct"};
inline constexpr ErrorKind batch_too_long{"BatchRequestTooLongException", "BatchRequestTooLong"};
inline constexpr ErrorKind batch_empty{"EmptyBatchRequestException", "EmptyBatchRequest"};
inline constexpr ErrorKind batch_id_invalid{"InvalidBatchEntryIdException", "InvalidBatchEntryId"};

}  // namespace kinds

/// What is to be said about an attribute, without "Invalid parameter: " and what CreateTopic and Subscribe say before
/// it; or nothing.
using Complaint = std::optional<std::string>;

/// "Invalid parameter: X"
Error invalid(std::string_view what);
/// "Invalid parameter: X Reason: R"
Error invalid(std::string_view what, std::string_view reason);
/// A member that a call must have and has not.
Error absent(std::string_view member);
Error no_such_topic();
Error no_such_subscription();

/// What a status of the broker means when nothing more is to be said of it.
Error error_of(Errc status);

}  // namespace tern::aws::sns
