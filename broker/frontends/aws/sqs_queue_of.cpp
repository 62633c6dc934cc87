#include "broker/frontends/aws/sqs_queue_of.hpp"

#include <utility>

#include "protocol/limits.hpp"

namespace tern::aws::sqs {

NamedQueue queue_in(const Surroundings& surroundings, Scope scope, std::string_view name) {
    auto namespace_name = namespace_of(scope, surroundings.options.home);
    return {std::move(scope), {std::move(namespace_name), std::string(name)}};
}

std::variant<NamedQueue, Error> queue_of(const Surroundings& surroundings, const Call& call) {
    const auto url = text_in(call.parameters, "QueueUrl");
    if (!url || url->empty()) return missing("QueueUrl");
    const auto address = parse_queue_url(*url);
    if (!address) {
        return Error{kinds::invalid_address, "The address " + shown(*url) + " is not valid for this endpoint."};
    }
    // Of which there can be none: so that no command carries more than a name.
    if (address->name.size() > protocol::queue_name_bytes_max) return no_such_queue(call);
    return queue_in(surroundings, address->scope_for(call.scope), address->name);
}

std::optional<NamedQueue> queue_of_arn(const Surroundings& surroundings, std::string_view text) {
    auto arn = parse_arn(text);
    if (!arn || arn->service != "sqs") return std::nullopt;
    return queue_in(surroundings, std::move(arn->scope), arn->resource);
}

std::string arn_of_queue(const NamedQueue& queue) {
    return arn_of("sqs", queue.scope, queue.queue.name);
}

std::string url_of_queue(const Surroundings& surroundings, const Call& call, const Scope& scope,
                         std::string_view name) {
    return queue_url(call.authority, scope, name, surroundings.options.home);
}

Result<engine::QueueDescription> describe(const Surroundings& surroundings, const engine::QueueName& queue) {
    const auto snapshot = surroundings.broker.snapshot();
    return engine::describe_queue(*snapshot, surroundings.broker.now(), queue);
}

Error refusal_at(const Surroundings& surroundings, const Call& call, const engine::QueueName& queue, Error&& error) {
    const auto description = describe(surroundings, queue);
    const bool gone = !description.has_value() && description.error() == Errc::queue_does_not_exist;
    return gone ? no_such_queue(call) : std::move(error);
}

Submit submit_and_say_nothing(const Call& call, engine::Command&& command, std::size_t bytes) {
    Submit submit;
    submit.command = std::move(command);
    submit.bytes = bytes;
    submit.then = [&call](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(call, answer.status);
        return boost::json::object();
    };
    return submit;
}

}  // namespace tern::aws::sqs
