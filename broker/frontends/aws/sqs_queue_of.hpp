#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/engine/queries.hpp"
#include "broker/frontends/aws/operation.hpp"
#include "broker/frontends/aws/parameters.hpp"
#include "broker/frontends/aws/sqs_errors.hpp"

namespace tern::aws::sqs {

/// A queue that a call speaks of: where it is for AWS, and what it is in this broker.
struct NamedQueue {
    Scope scope;
    engine::QueueName queue;
};

NamedQueue queue_in(const Surroundings& surroundings, Scope scope, std::string_view name);

/// The queue in QueueUrl. Errors: missing_parameter; invalid_address for a URL that is none; queue_does_not_exist.
std::variant<NamedQueue, Error> queue_of(const Surroundings& surroundings, const Call& call);

/// The queue that an ARN names, or nothing when it names no queue.
std::optional<NamedQueue> queue_of_arn(const Surroundings& surroundings, std::string_view arn);

std::string arn_of_queue(const NamedQueue& queue);
std::string url_of_queue(const Surroundings& surroundings, const Call& call, const Scope& scope, std::string_view name);

/// The name says it: only a FIFO queue's ends so.
inline bool is_fifo(const engine::QueueName& queue) {
    return queue.name.ends_with(".fifo");
}

/// As of now. Errors: as describe_queue.
Result<engine::QueueDescription> describe(const Surroundings& surroundings, const engine::QueueName& queue);

/// What is wrong with a call to a queue: first of all that there is no such queue, then `error`.
Error refusal_at(const Surroundings& surroundings, const Call& call, const engine::QueueName& queue, Error&& error);

/// For commands whose success has nothing to tell. The call outlives it.
Submit submit_and_say_nothing(const Call& call, engine::Command&& command, std::size_t bytes = 0);

}  // namespace tern::aws::sqs
