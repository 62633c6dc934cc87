#pragma once

#include <string>
#include <string_view>

#include "broker/frontends/aws/call.hpp"
#include "broker/frontends/aws/error.hpp"

/// The errors of SQS, with its texts (docs/aws.md has the rules behind them).
namespace tern::aws::sqs {

namespace kinds {

inline constexpr std::string_view coral = common_errors::coral;

inline constexpr ErrorKind queue_does_not_exist{"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"};
inline constexpr ErrorKind queue_name_exists{"QueueNameExists", "QueueAlreadyExists"};
inline constexpr ErrorKind queue_deleted_recently{"QueueDeletedRecently",
                                                  "AWS.SimpleQueueService.QueueDeletedRecently"};
inline constexpr ErrorKind purge_in_progress{"PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress",
                                             403};
inline constexpr ErrorKind invalid_parameter_value{"InvalidParameterValueException", "InvalidParameterValue", 400,
                                                   coral};
inline constexpr ErrorKind missing_parameter{"MissingRequiredParameterException", "MissingParameter", 400, coral};
inline constexpr ErrorKind access_denied{"AccessDeniedException", "AccessDenied", 403};
inline constexpr ErrorKind batch_ids_not_distinct{"BatchEntryIdsNotDistinct",
                                                  "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"};
inline constexpr ErrorKind batch_too_long{"BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong"};
inline constexpr ErrorKind batch_empty{"EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"};
inline constexpr ErrorKind batch_id_invalid{"InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId"};
inline constexpr ErrorKind too_many_entries{"TooManyEntriesInBatchRequest",
                                            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"};
inline constexpr ErrorKind message_not_in_flight{"MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"};
inline constexpr ErrorKind unsupported_operation{"UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"};
inline constexpr ErrorKind over_limit{"OverLimit", "OverLimit", 403};
inline constexpr ErrorKind resource_not_found{"ResourceNotFoundException", "ResourceNotFoundException", 404};
inline constexpr ErrorKind attribute_name_invalid{"InvalidAttributeName", "InvalidAttributeName"};
inline constexpr ErrorKind attribute_value_invalid{"InvalidAttributeValue", "InvalidAttributeValue"};
inline constexpr ErrorKind message_contents_invalid{"InvalidMessageContents", "InvalidMessageContents"};
inline constexpr ErrorKind invalid_address{"InvalidAddress", "InvalidAddress", 404};
inline constexpr ErrorKind receipt_handle_invalid{"ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"};

}  // namespace kinds

inline constexpr std::string_view wrong_for_queue_type =
    "The request include parameter that is not valid for this queue type.";

/// What a client sent, as texts quote it: cut when it is long.
std::string shown(std::string_view value);

/// "The request must contain the parameter X."
Error missing(std::string_view parameter);
/// "Value V for parameter X is invalid. Reason: R"
Error invalid_value(std::string_view value, std::string_view parameter, std::string_view reason);
/// Its text is another one in the Query protocol.
Error no_such_queue(const Call& call);
/// A handle is shown as it came, up to some length.
Error bad_handle(std::string_view handle);

/// What a status of the broker means when nothing more is to be said of it: the queue is gone, the broker is full,
/// overloaded or stopping, or its storage is damaged; else an invalid parameter, in the status' own words.
Error error_of(const Call& call, Errc status);

}  // namespace tern::aws::sqs
