#include "tools/bench/topic_frame.hpp"

#include <algorithm>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/envelope.hpp"

namespace tern::bench {

namespace {

/// Beside a publication's data: its subject and attributes.
constexpr std::size_t publication_surplus_bytes = 4096;
constexpr std::size_t publication_bytes_default = 262'144;

}  // namespace

PublishFrame::PublishFrame(const PublicationShape& shape) {
    Builder builder;
    const auto text = [&](std::string_view bytes) {
        return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    };
    const auto data = text(marked_data(shape.body_bytes));
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>> attributes = 0;
    if (!shape.store.empty()) {
        const auto name = builder.CreateString("store");
        const auto type = builder.CreateString("String");
        attributes =
            builder.CreateVector(std::vector{wire::CreateMessageAttribute(builder, name, type, text(shape.store))});
    }
    const auto subject = builder.CreateString(shape.subject);
    const auto publications =
        builder.CreateVector(std::vector{wire::CreateNewPublication(builder, subject, data, attributes)});
    const auto envelope = finish(builder, wire::CreatePublish(builder, 0, publications));

    bytes_ = with_length(envelope);
    id_offset_ = id_offset_in(envelope);
    each_mark(bytes_, [&](std::size_t at) { moment_offset_ = at; });
}

RequestFrame create_topic_frame(const std::string& topic, bool history, std::size_t publication_bytes) {
    Builder builder;
    const auto bytes_max = std::max(publication_bytes + publication_surplus_bytes, publication_bytes_default);
    wire::TopicSettingsBuilder settings(builder);
    settings.add_history(history);
    settings.add_publication_bytes_max(static_cast<std::int64_t>(bytes_max));
    const auto finished_settings = settings.Finish();
    const auto name = builder.CreateString(topic);
    return RequestFrame(finish(builder, wire::CreateCreateTopic(builder, 0, name, finished_settings)));
}

RequestFrame delete_topic_frame(const std::string& topic) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateDeleteTopic(builder, 0, builder.CreateString(topic))));
}

RequestFrame subscribe_frame(const std::string& pattern) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateSubscribe(builder, 0, builder.CreateString(pattern))));
}

RequestFrame add_subscription_frame(const std::string& topic, const std::string& queue, const std::string& policy) {
    Builder builder;
    const auto topic_name = builder.CreateString(topic);
    const auto queue_name = builder.CreateString(queue);
    const auto policy_text = builder.CreateString(policy);
    const auto settings = wire::CreateSubscriptionSettings(builder, 0, policy_text);
    return RequestFrame(finish(builder, wire::CreateAddSubscription(builder, 0, topic_name, queue_name, settings)));
}

}  // namespace tern::bench
