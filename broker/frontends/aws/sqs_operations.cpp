#include "broker/frontends/aws/sqs_operations.hpp"

#include "broker/frontends/aws/sqs_handlers.hpp"

/// The shapes of SQS, operation by operation, as its API reference has them.
namespace tern::aws {
namespace sqs_shapes {
namespace {

constexpr Shape texts = flat_list_of(text_shape);
constexpr Shape attributes = flat_map_of(text_shape, "Name", "Value");
constexpr Shape tags = flat_map_of(text_shape, "Key", "Value");

constexpr Member message_attribute_members[] = {
    {"StringValue", &text_shape},
    {"BinaryValue", &text_shape},
    {"StringListValues", &texts, "StringListValue"},
    {"BinaryListValues", &texts, "BinaryListValue"},
    {"DataType", &text_shape},
};
constexpr Shape message_attribute = structure(message_attribute_members);
constexpr Shape message_attributes = flat_map_of(message_attribute, "Name", "Value");

constexpr Member queue_url_members[] = {{"QueueUrl", &text_shape}};
constexpr Shape queue_url_only = structure(queue_url_members);

constexpr Member create_queue_input_members[] = {
    {"QueueName", &text_shape}, {"Attributes", &attributes, "Attribute"}, {"tags", &tags, "Tag"}};
constexpr Shape create_queue_input = structure(create_queue_input_members);

constexpr Member get_queue_url_input_members[] = {{"QueueName", &text_shape}, {"QueueOwnerAWSAccountId", &text_shape}};
constexpr Shape get_queue_url_input = structure(get_queue_url_input_members);

constexpr Member list_queues_input_members[] = {
    {"QueueNamePrefix", &text_shape}, {"NextToken", &text_shape}, {"MaxResults", &integer_shape}};
constexpr Shape list_queues_input = structure(list_queues_input_members);
constexpr Member list_queues_output_members[] = {{"QueueUrls", &texts, "QueueUrl"}, {"NextToken", &text_shape}};
constexpr Shape list_queues_output = structure(list_queues_output_members);

constexpr Member sources_input_members[] = {
    {"QueueUrl", &text_shape}, {"NextToken", &text_shape}, {"MaxResults", &integer_shape}};
constexpr Shape sources_input = structure(sources_input_members);
constexpr Member sources_output_members[] = {{"queueUrls", &texts, "QueueUrl"}, {"NextToken", &text_shape}};
constexpr Shape sources_output = structure(sources_output_members);

constexpr Member get_attributes_input_members[] = {{"QueueUrl", &text_shape},
                                                   {"AttributeNames", &texts, "AttributeName"}};
constexpr Shape get_attributes_input = structure(get_attributes_input_members);
constexpr Member attributes_output_members[] = {{"Attributes", &attributes, "Attribute"}};
constexpr Shape attributes_output = structure(attributes_output_members);
constexpr Member set_attributes_input_members[] = {{"QueueUrl", &text_shape}, {"Attributes", &attributes, "Attribute"}};
constexpr Shape set_attributes_input = structure(set_attributes_input_members);

constexpr Member tag_input_members[] = {{"QueueUrl", &text_shape}, {"Tags", &tags, "Tag"}};
constexpr Shape tag_input = structure(tag_input_members);
constexpr Member untag_input_members[] = {{"QueueUrl", &text_shape}, {"TagKeys", &texts, "TagKey"}};
constexpr Shape untag_input = structure(untag_input_members);
constexpr Member tags_output_members[] = {{"Tags", &tags, "Tag"}};
constexpr Shape tags_output = structure(tags_output_members);

constexpr Member send_input_members[] = {
    {"QueueUrl", &text_shape},
    {"MessageBody", &text_shape},
    {"DelaySeconds", &integer_shape},
    {"MessageAttributes", &message_attributes, "MessageAttribute"},
    {"MessageSystemAttributes", &message_attributes, "MessageSystemAttribute"},
    {"MessageDeduplicationId", &text_shape},
    {"MessageGroupId", &text_shape},
};
constexpr Shape send_input = structure(send_input_members);
constexpr Member send_output_members[] = {
    {"MD5OfMessageBody", &text_shape},
    {"MD5OfMessageAttributes", &text_shape},
    {"MD5OfMessageSystemAttributes", &text_shape},
    {"MessageId", &text_shape},
    {"SequenceNumber", &text_shape},
};
constexpr Shape send_output = structure(send_output_members);

constexpr Member send_entry_members[] = {
    {"Id", &text_shape},
    {"MessageBody", &text_shape},
    {"DelaySeconds", &integer_shape},
    {"MessageAttributes", &message_attributes, "MessageAttribute"},
    {"MessageSystemAttributes", &message_attributes, "MessageSystemAttribute"},
    {"MessageDeduplicationId", &text_shape},
    {"MessageGroupId", &text_shape},
};
constexpr Shape send_entry = structure(send_entry_members);
constexpr Shape send_entries = flat_list_of(send_entry);
constexpr Member send_batch_input_members[] = {{"QueueUrl", &text_shape},
                                               {"Entries", &send_entries, "SendMessageBatchRequestEntry"}};
constexpr Shape send_batch_input = structure(send_batch_input_members);

constexpr Member failed_entry_members[] = {
    {"Id", &text_shape}, {"SenderFault", &boolean_shape}, {"Code", &text_shape}, {"Message", &text_shape}};
constexpr Shape failed_entry = structure(failed_entry_members);
constexpr Shape failed_entries = flat_list_of(failed_entry);

constexpr Member sent_entry_members[] = {
    {"Id", &text_shape},
    {"MessageId", &text_shape},
    {"MD5OfMessageBody", &text_shape},
    {"MD5OfMessageAttributes", &text_shape},
    {"MD5OfMessageSystemAttributes", &text_shape},
    {"SequenceNumber", &text_shape},
};
constexpr Shape sent_entry = structure(sent_entry_members);
constexpr Shape sent_entries = flat_list_of(sent_entry);
constexpr Member send_batch_output_members[] = {{"Successful", &sent_entries, "SendMessageBatchResultEntry"},
                                                {"Failed", &failed_entries, "BatchResultErrorEntry"}};
constexpr Shape send_batch_output = structure(send_batch_output_members);

constexpr Member receive_input_members[] = {
    {"QueueUrl", &text_shape},
    {"AttributeNames", &texts, "AttributeName"},
    {"MessageSystemAttributeNames", &texts, "MessageSystemAttributeName"},
    {"MessageAttributeNames", &texts, "MessageAttributeName"},
    {"MaxNumberOfMessages", &integer_shape},
    {"VisibilityTimeout", &integer_shape},
    {"WaitTimeSeconds", &integer_shape},
    {"ReceiveRequestAttemptId", &text_shape},
};
constexpr Shape receive_input = structure(receive_input_members);
constexpr Member message_members[] = {
    {"MessageId", &text_shape},
    {"ReceiptHandle", &text_shape},
    {"MD5OfBody", &text_shape},
    {"Body", &text_shape},
    {"Attributes", &attributes, "Attribute"},
    {"MD5OfMessageAttributes", &text_shape},
    {"MessageAttributes", &message_attributes, "MessageAttribute"},
};
constexpr Shape message = structure(message_members);
constexpr Shape messages = flat_list_of(message);
constexpr Member receive_output_members[] = {{"Messages", &messages, "Message"}};
constexpr Shape receive_output = structure(receive_output_members);

constexpr Member delete_input_members[] = {{"QueueUrl", &text_shape}, {"ReceiptHandle", &text_shape}};
constexpr Shape delete_input = structure(delete_input_members);
constexpr Member delete_entry_members[] = {{"Id", &text_shape}, {"ReceiptHandle", &text_shape}};
constexpr Shape delete_entry = structure(delete_entry_members);
constexpr Shape delete_entries = flat_list_of(delete_entry);
constexpr Member delete_batch_input_members[] = {{"QueueUrl", &text_shape},
                                                 {"Entries", &delete_entries, "DeleteMessageBatchRequestEntry"}};
constexpr Shape delete_batch_input = structure(delete_batch_input_members);

constexpr Member entry_done_members[] = {{"Id", &text_shape}};
constexpr Shape entry_done = structure(entry_done_members);
constexpr Shape entries_done = flat_list_of(entry_done);
constexpr Member delete_batch_output_members[] = {{"Successful", &entries_done, "DeleteMessageBatchResultEntry"},
                                                  {"Failed", &failed_entries, "BatchResultErrorEntry"}};
constexpr Shape delete_batch_output = structure(delete_batch_output_members);

constexpr Member visibility_input_members[] = {
    {"QueueUrl", &text_shape}, {"ReceiptHandle", &text_shape}, {"VisibilityTimeout", &integer_shape}};
constexpr Shape visibility_input = structure(visibility_input_members);
constexpr Member visibility_entry_members[] = {
    {"Id", &text_shape}, {"ReceiptHandle", &text_shape}, {"VisibilityTimeout", &integer_shape}};
constexpr Shape visibility_entry = structure(visibility_entry_members);
constexpr Shape visibility_entries = flat_list_of(visibility_entry);
constexpr Member visibility_batch_input_members[] = {
    {"QueueUrl", &text_shape}, {"Entries", &visibility_entries, "ChangeMessageVisibilityBatchRequestEntry"}};
constexpr Shape visibility_batch_input = structure(visibility_batch_input_members);
constexpr Member visibility_batch_output_members[] = {
    {"Successful", &entries_done, "ChangeMessageVisibilityBatchResultEntry"},
    {"Failed", &failed_entries, "BatchResultErrorEntry"}};
constexpr Shape visibility_batch_output = structure(visibility_batch_output_members);

constexpr Member add_permission_input_members[] = {{"QueueUrl", &text_shape},
                                                   {"Label", &text_shape},
                                                   {"AWSAccountIds", &texts, "AWSAccountId"},
                                                   {"Actions", &texts, "ActionName"}};
constexpr Shape add_permission_input = structure(add_permission_input_members);
constexpr Member remove_permission_input_members[] = {{"QueueUrl", &text_shape}, {"Label", &text_shape}};
constexpr Shape remove_permission_input = structure(remove_permission_input_members);

constexpr Member start_move_input_members[] = {
    {"SourceArn", &text_shape}, {"DestinationArn", &text_shape}, {"MaxNumberOfMessagesPerSecond", &integer_shape}};
constexpr Shape start_move_input = structure(start_move_input_members);
constexpr Member task_handle_members[] = {{"TaskHandle", &text_shape}};
constexpr Shape task_handle = structure(task_handle_members);
constexpr Member cancel_move_output_members[] = {{"ApproximateNumberOfMessagesMoved", &integer_shape}};
constexpr Shape cancel_move_output = structure(cancel_move_output_members);
constexpr Member list_moves_input_members[] = {{"SourceArn", &text_shape}, {"MaxResults", &integer_shape}};
constexpr Shape list_moves_input = structure(list_moves_input_members);
constexpr Member move_members[] = {
    {"TaskHandle", &text_shape},
    {"Status", &text_shape},
    {"SourceArn", &text_shape},
    {"DestinationArn", &text_shape},
    {"MaxNumberOfMessagesPerSecond", &integer_shape},
    {"ApproximateNumberOfMessagesMoved", &integer_shape},
    {"ApproximateNumberOfMessagesToMove", &integer_shape},
    {"FailureReason", &text_shape},
    {"StartedTimestamp", &integer_shape},
};
constexpr Shape move = structure(move_members);
constexpr Shape moves = flat_list_of(move);
constexpr Member list_moves_output_members[] = {{"Results", &moves, "ListMessageMoveTasksResultEntry"}};
constexpr Shape list_moves_output = structure(list_moves_output_members);

constexpr Operation operations[] = {
    {"SendMessage", sqs::send_message, &send_input, &send_output},
    {"ReceiveMessage", sqs::receive_message, &receive_input, &receive_output},
    {"DeleteMessage", sqs::delete_message, &delete_input},
    {"SendMessageBatch", sqs::send_message_batch, &send_batch_input, &send_batch_output},
    {"DeleteMessageBatch", sqs::delete_message_batch, &delete_batch_input, &delete_batch_output},
    {"ChangeMessageVisibility", sqs::change_message_visibility, &visibility_input},
    {"ChangeMessageVisibilityBatch", sqs::change_message_visibility_batch, &visibility_batch_input,
     &visibility_batch_output},
    {"CreateQueue", sqs::create_queue, &create_queue_input, &queue_url_only, false},
    {"DeleteQueue", sqs::delete_queue, &queue_url_only},
    {"GetQueueUrl", sqs::get_queue_url, &get_queue_url_input, &queue_url_only},
    {"ListQueues", sqs::list_queues, &list_queues_input, &list_queues_output, false},
    {"ListDeadLetterSourceQueues", sqs::list_dead_letter_source_queues, &sources_input, &sources_output},
    {"PurgeQueue", sqs::purge_queue, &queue_url_only},
    {"GetQueueAttributes", sqs::get_queue_attributes, &get_attributes_input, &attributes_output},
    {"SetQueueAttributes", sqs::set_queue_attributes, &set_attributes_input},
    {"TagQueue", sqs::tag_queue, &tag_input},
    {"UntagQueue", sqs::untag_queue, &untag_input},
    {"ListQueueTags", sqs::list_queue_tags, &queue_url_only, &tags_output},
    {"AddPermission", sqs::add_permission, &add_permission_input},
    {"RemovePermission", sqs::remove_permission, &remove_permission_input},
    {"StartMessageMoveTask", sqs::start_message_move_task, &start_move_input, &task_handle},
    {"CancelMessageMoveTask", sqs::cancel_message_move_task, &task_handle, &cancel_move_output},
    {"ListMessageMoveTasks", sqs::list_message_move_tasks, &list_moves_input, &list_moves_output},
};

}  // namespace
}  // namespace sqs_shapes

std::span<const Operation> sqs_operations() {
    return sqs_shapes::operations;
}

}  // namespace tern::aws
