#include "broker/frontends/native/request_fields.hpp"

#include <algorithm>

namespace tern::native {

namespace {

template <class To, class From>
MaybeRefusal read_optional_enum(const flatbuffers::Optional<From>& value, std::string_view field,
                                std::optional<To>& to) {
    return value.has_value() ? read_enum(*value, field, to.emplace()) : std::nullopt;
}

std::optional<bool> read_bool(const flatbuffers::Optional<bool>& value) {
    return value.has_value() ? std::optional(*value) : std::nullopt;
}

MaybeRefusal read_redrive(const wire::RedrivePolicy* policy, engine::QueueSettingsChange& to) {
    if (!policy) return std::nullopt;
    const auto queue = view_of(policy->dead_letter_queue());
    if (queue.size() > protocol::queue_name_bytes_max) {
        return Refusal{Errc::redrive_policy_invalid, "dead_letter_queue is longer than a queue's name may be"};
    }
    to.redrive_policy = engine::RedrivePolicy{std::string(queue), policy->receive_count_max()};
    return std::nullopt;
}

MaybeRefusal read_redrive_allow(const wire::RedriveAllowPolicy* policy, engine::QueueSettingsChange& to) {
    if (!policy) return std::nullopt;
    if (policy->permission() < wire::RedriveAllow::MIN || policy->permission() > wire::RedriveAllow::MAX) {
        return Refusal{Errc::unknown_value, "permission"};
    }
    auto& allow = to.redrive_allow_policy.emplace();
    allow.permission = static_cast<engine::RedriveAllow>(policy->permission());
    if (!policy->source_queues()) return std::nullopt;
    if (policy->source_queues()->size() > source_queues_max) {
        return Refusal{Errc::redrive_allow_policy_invalid, "source_queues"};
    }
    for (const auto* queue : *policy->source_queues()) {
        if (queue->size() > protocol::queue_name_bytes_max) {
            return Refusal{Errc::redrive_allow_policy_invalid, "source_queues"};
        }
        allow.source_queues.push_back(queue->str());
    }
    return std::nullopt;
}

}  // namespace

MaybeRefusal read_name(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                       const NameField& field, engine::QueueName& to) {
    const auto name_view = view_of(name);
    if (name_view.empty()) return missing(field.field);
    if (name_view.size() > field.bytes_max) return Refusal{field.too_long, std::string(field.field)};
    to.name = name_view;
    return read_namespace(namespace_name, to.namespace_name);
}

MaybeRefusal read_settings(const wire::QueueSettings* settings, engine::QueueSettingsChange& to) {
    if (!settings) return std::nullopt;
    to.delay = duration(settings->delay_ms());
    if (settings->message_bytes_max() != -1) to.message_bytes_max = settings->message_bytes_max();
    to.retention = duration(settings->retention_ms());
    to.wait = duration(settings->wait_ms());
    to.visibility_timeout = duration(settings->visibility_timeout_ms());
    to.fifo = read_bool(settings->fifo());
    to.content_based_deduplication = read_bool(settings->content_based_deduplication());
    const auto scope =
        read_optional_enum(settings->deduplication_scope(), "deduplication_scope", to.deduplication_scope);
    if (scope) return scope;
    const auto throughput = read_optional_enum(settings->throughput_limit(), "throughput_limit", to.throughput_limit);
    if (throughput) return throughput;
    if (auto refusal = read_redrive(settings->redrive_policy(), to)) return refusal;
    return read_redrive_allow(settings->redrive_allow_policy(), to);
}

MaybeRefusal read_tags(const flatbuffers::Vector<flatbuffers::Offset<wire::Tag>>* tags,
                       std::vector<engine::QueueTag>& to) {
    if (!tags) return std::nullopt;
    if (tags->size() > tags_max) return Refusal{Errc::tags_invalid, "tags"};
    for (const auto* tag : *tags) {
        const auto key = view_of(tag->key());
        const auto value = view_of(tag->value());
        if (key.size() > tag_text_bytes_max || value.size() > tag_text_bytes_max) {
            return Refusal{Errc::tags_invalid, "tags"};
        }
        to.push_back({std::string(key), std::string(value)});
    }
    return std::nullopt;
}

MaybeRefusal read_page(std::uint32_t entries_max, const flatbuffers::String* token, engine::Page& to) {
    const auto token_view = view_of(token);
    if (token_view.size() > id_bytes_max) return Refusal{Errc::page_token_invalid, "page_token"};
    to.entries_max = entries_max;
    to.token = token_view;
    return std::nullopt;
}

engine::NewMessage new_message(const wire::NewMessage& message) {
    engine::NewMessage to;
    to.body = view_of(message.body());
    if (const auto* attributes = message.attributes()) {
        // One more than allowed is enough for the engine to refuse this message and not its neighbours.
        const auto count = std::min<std::size_t>(attributes->size(), protocol::message_attributes_max + 1);
        to.attributes.reserve(count);
        for (flatbuffers::uoffset_t i = 0; i < count; ++i) {
            const auto* attribute = attributes->Get(i);
            to.attributes.push_back(
                {view_of(attribute->name()), view_of(attribute->type()), view_of(attribute->value())});
        }
    }
    to.delay = duration(message.delay_ms());
    to.group_id = view_of(message.group_id());
    if (message.deduplication_id()) to.deduplication_id = view_of(message.deduplication_id());
    to.trace_header = view_of(message.trace_header());
    return to;
}

}  // namespace tern::native
