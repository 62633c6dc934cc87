#pragma once

#include <cstdint>
#include <string_view>

namespace tern::protocol {

// clang-format off
/// Every way in which the broker can refuse a request: number, name, sentence.
/// The numbers are on the wire: they are only ever appended, never reused. 1xx speaks of the connection and the
/// broker, 2xx of queues, 3xx of a request's arguments, 4xx of messages and receipt handles, 5xx of move tasks,
/// 6xx of streams, 7xx of consumer groups, 8xx of transactions.
#define TERN_STATUS_LIST(X) \
    X(  0, ok,                               "The request was executed.") \
    X(100, malformed_frame,                  "The frame is not a valid Tern message.") \
    X(101, frame_too_large,                  "The frame is longer than the limit told in the welcome.") \
    X(102, unsupported_version,              "The broker speaks none of the protocol versions offered.") \
    X(103, hello_expected,                   "The first frame of a connection must be a hello.") \
    X(104, unknown_request,                  "The broker does not know this kind of request.") \
    X(105, missing_field,                    "A required field is missing.") \
    X(106, too_many_requests_in_flight,      "The connection has more unanswered requests than the limit told in the welcome.") \
    X(107, cancelled,                        "The request was cancelled by its sender.") \
    X(108, unknown_value,                    "A field holds a value that the broker does not know.") \
    X(110, overloaded,                       "The broker has as much work waiting as it may hold; try again in a moment.") \
    X(111, storage_full,                     "The disk is nearly full: receives and deletes go on, what grows is refused until there is space.") \
    X(112, storage_damaged,                  "Stored data fails its checksum; `tern check` names what is damaged.") \
    X(113, shutting_down,                    "The broker is stopping.") \
    X(114, internal_error,                   "The broker met an unexpected condition; its log says more.") \
    X(115, answer_too_large,                 "The answer would be longer than a frame may be; ask for less at once.") \
    X(116, backup_failed,                    "The backup could not be written; the message says why.") \
    X(117, backup_in_progress,               "A backup is already being written.") \
    X(200, queue_does_not_exist,             "The specified queue does not exist.") \
    X(201, queue_exists,                     "A queue already exists with the same name and a different value for an attribute.") \
    X(202, queue_deleted_recently,           "You must wait 60 seconds after deleting a queue before you can create another with the same name.") \
    X(203, purge_in_progress,                "Only one purge of a queue is allowed every 60 seconds.") \
    X(204, queue_name_invalid,               "A queue name can only include alphanumeric characters, hyphens, or underscores, 1 to 80 in length; a FIFO queue's name ends in .fifo, which counts.") \
    X(205, namespace_invalid,                "A namespace can only include alphanumeric characters, hyphens, underscores, dots, colons or slashes, up to 80 in length.") \
    X(206, queue_type_fixed,                 "Modifying the queue type is not supported.") \
    X(207, fifo_attribute_on_standard_queue, "The attribute exists on FIFO queues only.") \
    X(208, delay_invalid,                    "The delay must be from 0 to 900 seconds.") \
    X(209, message_bytes_max_invalid,        "The maximum message size must be from 1024 to 16777216 bytes.") \
    X(210, retention_invalid,                "The message retention period must be from 60 to 1209600 seconds.") \
    X(211, wait_invalid,                     "The wait time must be from 0 to 20 seconds.") \
    X(212, visibility_timeout_invalid,       "The visibility timeout must be from 0 to 43200 seconds.") \
    X(213, redrive_policy_invalid,           "The redrive policy is invalid; the message says why.") \
    X(214, redrive_allow_policy_invalid,     "The redrive allow policy must be allowAll, denyAll, or byQueue with 1 to 10 source queues.") \
    X(215, redrive_not_allowed,              "The dead-letter queue's redrive allow policy does not allow this source queue.") \
    X(216, high_throughput_needs_group_scope,"The throughput limit perMessageGroupId needs the deduplication scope messageGroup.") \
    X(217, deduplication_scope_fixed,        "The deduplication scope of a queue that holds messages cannot be changed.") \
    X(218, tags_invalid,                     "A queue has up to 50 tags; a key has 1 to 128 characters, a value up to 256.") \
    X(219, kms_data_key_reuse_invalid,       "The KMS data key reuse period must be from 60 to 86400 seconds.") \
    X(220, encryption_conflict,              "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.") \
    X(221, policy_too_long,                  "An attribute's text may have up to 65536 bytes.") \
    X(222, too_many_queues,                  "The broker holds as many queues as its setting allows.") \
    X(300, batch_empty,                      "The batch must have at least one entry.") \
    X(301, batch_too_long,                   "The batch has more than 1000 entries.") \
    X(302, message_body_missing,             "The request must contain a message body.") \
    X(303, message_too_large,                "The message is longer than the queue's maximum message size; body and attributes count.") \
    X(304, message_delay_on_fifo_queue,      "A message's own delay is not valid on a FIFO queue; the queue's delay holds for all.") \
    X(305, too_many_attributes,              "A message may have up to 10 attributes.") \
    X(306, attribute_name_invalid,           "An attribute name has 1 to 256 of A-Z a-z 0-9 _ - . with no dot first, last or doubled, and does not begin with AWS. or Amazon.") \
    X(307, attribute_type_invalid,           "An attribute type begins with String, Number or Binary, optionally a dot and a label, up to 256 characters.") \
    X(308, attribute_value_empty,            "An attribute must contain a non-empty value.") \
    X(309, message_group_id_missing,         "The request must contain a message group id.") \
    X(310, message_group_id_invalid,         "A message group id can only include alphanumeric and punctuation characters, 1 to 128 in length.") \
    X(311, deduplication_id_missing,         "The queue should either have content-based deduplication enabled or a deduplication id provided explicitly.") \
    X(312, deduplication_id_invalid,         "A deduplication id can only include alphanumeric and punctuation characters, 1 to 128 in length.") \
    X(313, deduplication_id_on_standard_queue,"A deduplication id is valid on FIFO queues only.") \
    X(314, receive_max_invalid,              "The number of messages to receive must be from 1 to 10.") \
    X(315, receive_attempt_id_invalid,       "A receive attempt id can only include alphanumeric and punctuation characters, 1 to 128 in length, and is valid on FIFO queues only.") \
    X(316, page_size_invalid,                "A page has from 1 to 1000 entries.") \
    X(317, page_token_invalid,               "The page token is not one that the broker gave.") \
    X(318, peek_max_invalid,                 "A peek shows from 1 to 1000 messages.") \
    X(319, attribute_duplicated,             "An attribute name stands twice in one message.") \
    X(320, trace_header_invalid,             "The trace header has 1 to 2048 characters.") \
    X(321, number_attribute_invalid,         "An attribute of type Number must hold a decimal number of up to 38 digits.") \
    X(322, message_contents_invalid,         "The message holds characters outside of #x9, #xA, #xD, #x20-#xD7FF, #xE000-#xFFFD, #x10000-#x10FFFF.") \
    X(323, path_invalid,                     "The path must be absolute and must not exist yet.") \
    X(400, receipt_handle_invalid,           "The receipt handle is not one that this queue gave.") \
    X(401, receipt_handle_expired,           "The receipt handle has expired.") \
    X(402, message_not_in_flight,            "The message does not exist or is not available for a visibility timeout change.") \
    X(403, total_visibility_exceeded,        "The total visibility timeout for the message is beyond the limit of 43200 seconds since it was received.") \
    X(404, over_in_flight_limit,             "The queue has as many messages in flight as its limit allows.") \
    X(500, move_source_does_not_exist,       "The queue named as the source of the move does not exist.") \
    X(501, move_destination_does_not_exist,  "The queue named as the destination of the move does not exist.") \
    X(502, move_source_not_dead_letter,      "The source queue must be configured as a dead-letter queue.") \
    X(503, move_already_running,             "There is already a task running; only one active task is allowed for a source queue at a given time.") \
    X(504, move_rate_invalid,                "The rate must be from 1 to 500 messages per second.") \
    X(505, move_task_invalid,                "The task handle is not one that the broker gave.") \
    X(506, move_task_not_running,            "The task does not exist or is not running.") \
    X(507, move_destination_invalid,         "The destination must be another queue of the same type.") \
    X(600, stream_does_not_exist,    "The specified stream does not exist.") \
    X(601, stream_exists,            "A stream already exists with the same name and a different value for a setting.") \
    X(602, stream_name_invalid,      "A stream name has 1 to 249 of A-Z a-z 0-9 . _ - and is neither . nor ..") \
    X(603, partitions_invalid,       "A stream has 1 to 1024 partitions, and their number can only grow.") \
    X(604, partition_does_not_exist, "The stream does not have this partition.") \
    X(605, stream_retention_invalid, "The retention must be 0 (for ever) or at least 1 second; by bytes 0 (no limit) or at least 65536.") \
    X(606, record_bytes_max_invalid, "The maximum record size must be from 1024 to 16777216 bytes.") \
    X(607, too_many_streams,         "The broker holds as many streams as its setting allows.") \
    X(608, offset_out_of_range,      "The offset is outside of what the partition holds; the answer names the valid range.") \
    X(609, record_batch_invalid,     "The record batch is not a valid one of version 2; the message says why.") \
    X(610, record_batch_damaged,     "The record batch fails its checksum.") \
    X(611, record_too_large,         "A record is longer than the stream's maximum record size; key, value and headers count.") \
    X(612, record_batch_too_large,   "A record batch may have up to 17825792 bytes and 65536 records.") \
    X(613, expected_offset_differs,  "The partition does not end at the expected offset; the answer names its end.") \
    X(614, sequence_out_of_order,    "The batch does not follow the last one of this producer on the partition.") \
    X(615, producer_fenced,          "A newer epoch of this producer has appended to the partition.") \
    X(616, fetch_invalid,            "A fetch has 1 to 1024 entries, a wait of 0 to 20 seconds, and at least 1 byte.") \
    X(617, position_unknown,         "The position must be earliest, latest or a time.") \
    X(618, producer_unknown,         "The broker never gave out this producer id.") \
    X(700, group_does_not_exist,     "The specified consumer group does not exist.") \
    X(701, group_name_invalid,       "A consumer group name has 1 to 249 of A-Z a-z 0-9 . _ - : and /") \
    X(702, group_member_unknown,     "The consumer group does not know this member: its session has expired, or it has left. Join again.") \
    X(703, group_member_fenced,      "Another process has joined under the same instance id.") \
    X(704, group_generation_stale,   "The partition was assigned to this member under another generation.") \
    X(705, group_not_empty,          "The consumer group has members: their offsets can only be set by themselves.") \
    X(706, partition_not_assigned,   "The partition is not assigned to this member.") \
    X(707, group_strategy_differs,   "The members of the group use another assignment strategy.") \
    X(708, session_timeout_invalid,  "The session timeout must be from 1 to 1800 seconds.") \
    X(709, group_subscription_invalid,"A member subscribes to 1 to 100 streams.") \
    X(710, offset_metadata_too_long, "The metadata of a committed offset may have up to 4096 bytes.") \
    X(711, too_many_groups,          "The broker holds as many consumer groups as its setting allows.") \
    X(712, too_many_members,         "A consumer group has up to 1000 members.") \
    X(713, instance_id_invalid,      "An instance id has 1 to 249 of A-Z a-z 0-9 . _ - : and /") \
    X(800, transaction_empty,        "The transaction has no steps.") \
    X(801, transaction_too_long,     "A transaction has up to 100 steps with up to 1000 entries in all.") \
    X(802, transaction_partition_twice,"A transaction appends to a partition once at most.") \
    X(900, topic_does_not_exist,     "The specified topic does not exist.") \
    X(901, topic_exists,             "A topic already exists with the same name and a different value for a setting.") \
    X(902, topic_name_invalid,       "A topic name has 1 to 256 of A-Z a-z 0-9 _ -; that of a FIFO topic ends in .fifo.") \
    X(903, topic_setting_invalid,    "A topic's setting is out of range; the message names it.") \
    X(904, topic_setting_fixed,      "Whether a topic is FIFO, and whether it has a history, is decided when it is made.") \
    X(905, too_many_topics,          "The broker holds as many topics as its setting allows.") \
    X(906, subject_invalid,          "A subject has 1 to 256 bytes in up to 32 parts between dots, none of them empty, without white space, control characters, * and >, and begins with its topic's name.") \
    X(907, pattern_invalid,          "A pattern is a subject in which * stands for a part and > at the end for all the rest; it begins with its topic's name.") \
    X(908, publication_empty,        "A publication must have data.") \
    X(909, publication_too_large,    "The publication is longer than the topic's limit; subject, data and attributes count.") \
    X(910, subjects_of_two_topics,   "The publications of one request are all of one topic.") \
    X(911, topic_not_fifo,           "A group id is for FIFO topics only.") \
    X(912, topic_has_no_history,     "The topic keeps no history.") \
    X(913, epoch_differs,            "The offset is of another epoch: the topic's offsets have begun anew.") \
    X(914, subscription_does_not_exist, "The specified subscription does not exist.") \
    X(915, subscription_exists,      "The subscription already exists with a different value for a setting.") \
    X(916, too_many_subscriptions,   "The topic, or the session, has as many subscriptions as its limit allows.") \
    X(917, filter_policy_invalid,    "The filter policy is not valid; the message says why.") \
    X(918, subscription_setting_invalid, "A subscription's setting is out of range; the message names it.") \
    X(919, fifo_queue_on_standard_topic, "A FIFO queue cannot be subscribed to a standard topic.") \
    X(920, subscriber_too_slow,      "The subscriber did not read fast enough.") \
    X(921, durable_name_invalid,     "A durable subscription's name has 1 to 80 of A-Z a-z 0-9 _ -") \
    X(922, not_acknowledgeable,      "The handle is not of a publication that is pushed and not acknowledged.") \
    X(923, presence_not_enabled,     "The topic tells nobody who is on it.") \
    X(924, member_invalid,           "A member's name has 1 to 128 bytes of UTF-8, its state up to 1024 bytes.") \
    X(925, history_request_invalid,  "A reading of history has 1 to 1000 publications.") \
    X(926, request_malformed,        "The request is not one of the protocol; the message says what is wrong with it.") \
    X(927, too_many_retained_subjects, "The topic keeps the last values of as many subjects as its limit allows.")
// clang-format on

enum class Status : std::uint16_t {
#define TERN_STATUS(number, name, sentence) name = number,
    TERN_STATUS_LIST(TERN_STATUS)
#undef TERN_STATUS
};

/// The status' name, as the protocol's documentation lists it; "unknown" for a number from a newer broker.
constexpr std::string_view name_of(Status status) {
    switch (status) {
#define TERN_STATUS(number, name, sentence) \
    case Status::name: return #name;
        TERN_STATUS_LIST(TERN_STATUS)
#undef TERN_STATUS
    }
    return "unknown";
}

/// One English sentence that tells what is wrong and what is allowed.
constexpr std::string_view sentence_of(Status status) {
    switch (status) {
#define TERN_STATUS(number, name, sentence) \
    case Status::name: return sentence;
        TERN_STATUS_LIST(TERN_STATUS)
#undef TERN_STATUS
    }
    return "The broker answered with a status that this client does not know.";
}

}  // namespace tern::protocol
