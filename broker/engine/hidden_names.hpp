#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/engine/queue_name.hpp"

/// What topics keep in streams and queues stands under names that nobody can give: their namespaces begin with a ~.
namespace tern::engine::hidden_names {

inline constexpr std::string_view history_namespace = "~topic/";
inline constexpr std::string_view durable_namespace = "~durable/";
inline constexpr std::string_view endpoint_namespace = "~endpoint/";

inline bool is_hidden_namespace(std::string_view namespace_name) {
    return namespace_name.starts_with('~');
}
inline bool is_hidden(const QueueName& name) {
    return is_hidden_namespace(name.namespace_name);
}

/// The stream that keeps a topic's history.
inline QueueName history_stream(const QueueName& topic) {
    return {std::string(history_namespace) + topic.namespace_name, topic.name};
}

/// The queue of a durable subscription. By the topic's number: the name of a deleted topic can be given again before
/// all its queues are gone.
inline QueueName durable_queue(const QueueName& topic, std::uint32_t topic_id, const std::string& subscription) {
    return {std::string(durable_namespace) + topic.namespace_name, std::to_string(topic_id) + "/" + subscription};
}

/// The queue in which publications wait for their delivery to an endpoint.
inline QueueName endpoint_queue(const QueueName& topic, std::uint32_t topic_id, const std::string& subscription) {
    return {std::string(endpoint_namespace) + topic.namespace_name, std::to_string(topic_id) + "/" + subscription};
}

/// The queue of what endpoints are told whose subscriptions have ended: their own queues are gone.
inline QueueName farewell_queue() {
    return {std::string(endpoint_namespace), "farewell"};
}

inline bool is_durable_queue(const QueueName& queue) {
    return queue.namespace_name.starts_with(durable_namespace);
}

/// Where the dead-letter queue of a queue is looked for: in the namespace that users know it by.
inline std::string dead_letter_namespace(const QueueName& source) {
    return is_durable_queue(source) ? source.namespace_name.substr(durable_namespace.size()) : source.namespace_name;
}

/// The queue from which a dead letter came, by what its record says: no name of a user's queue has a slash.
inline QueueName dead_letter_source(const std::string& namespace_name, const std::string& source) {
    const bool durable = source.find('/') != std::string::npos;
    return {durable ? std::string(durable_namespace) + namespace_name : namespace_name, source};
}

}  // namespace tern::engine::hidden_names
