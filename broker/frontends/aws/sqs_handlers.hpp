#pragma once

#include "broker/frontends/aws/operation.hpp"

/// The operations of SQS: each makes an engine command of its call, and SQS's answer of the engine's.
namespace tern::aws::sqs {

// sqs_queues.cpp
Step create_queue(const Surroundings& surroundings, Call& call);
Step delete_queue(const Surroundings& surroundings, Call& call);
Step get_queue_url(const Surroundings& surroundings, Call& call);
Step purge_queue(const Surroundings& surroundings, Call& call);

// sqs_lists.cpp
Step list_queues(const Surroundings& surroundings, Call& call);
Step list_dead_letter_source_queues(const Surroundings& surroundings, Call& call);

// sqs_attribute_calls.cpp
Step get_queue_attributes(const Surroundings& surroundings, Call& call);
Step set_queue_attributes(const Surroundings& surroundings, Call& call);

// sqs_tags.cpp
Step tag_queue(const Surroundings& surroundings, Call& call);
Step untag_queue(const Surroundings& surroundings, Call& call);
Step list_queue_tags(const Surroundings& surroundings, Call& call);

// sqs_sending.cpp
Step send_message(const Surroundings& surroundings, Call& call);
Step send_message_batch(const Surroundings& surroundings, Call& call);

// sqs_receiving.cpp
Step receive_message(const Surroundings& surroundings, Call& call);

// sqs_handle_calls.cpp
Step delete_message(const Surroundings& surroundings, Call& call);
Step delete_message_batch(const Surroundings& surroundings, Call& call);
Step change_message_visibility(const Surroundings& surroundings, Call& call);
Step change_message_visibility_batch(const Surroundings& surroundings, Call& call);

// sqs_permissions.cpp
Step add_permission(const Surroundings& surroundings, Call& call);
Step remove_permission(const Surroundings& surroundings, Call& call);

// sqs_moves.cpp
Step start_message_move_task(const Surroundings& surroundings, Call& call);
Step cancel_message_move_task(const Surroundings& surroundings, Call& call);
Step list_message_move_tasks(const Surroundings& surroundings, Call& call);

}  // namespace tern::aws::sqs
