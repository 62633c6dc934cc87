#include <array>
#include <span>
#include <string>
#include <utility>

#include "broker/frontends/native/frame_writer.hpp"
#include "tests/golden/golden_frames.hpp"

namespace tern::golden {

namespace {

using native::FrameWriter;
using native::ReplyTo;

template <class Value>
std::string written_to_topic(std::uint64_t request, const Value& value) {
    FrameWriter writer;
    std::string bytes;
    writer.write(ReplyTo{request, bytes}, value);
    return bytes;
}

std::string answered_to_topic(std::uint64_t request, engine::AnswerBody body) {
    return written_to_topic(request, engine::Answer{Errc::ok, {}, std::move(body)});
}

native::TopicReport topic_report() {
    native::TopicReport report;
    auto& topic = report.topic;
    topic.id = 7;
    topic.topic = {"", "orders.fifo"};
    topic.settings.fifo = true;
    topic.settings.retained = true;
    topic.settings.presence = engine::PresenceMode::subscribers;
    topic.tags = {{"team", "a"}};
    topic.epoch = "k3f9";
    topic.start_offset = 5;
    topic.end_offset = 44;
    topic.bytes = 4096;
    topic.created_at = Timestamp(1'600'000'000'000);
    topic.modified_at = Timestamp(1'650'000'000'000);
    topic.subscriptions = 2;
    report.subscribers = 3;
    return report;
}

engine::PublishResults published() {
    engine::PublishResult kept;
    kept.id = {1, 2};
    kept.offset = 812;
    kept.sequence = 9;
    engine::PublishResult ephemeral;
    ephemeral.id = {1, 3};
    ephemeral.duplicate = true;
    engine::PublishResult refused;
    refused.status = Errc::subject_invalid;
    refused.detail = "subject";
    return {{kept, ephemeral, refused}, "k3f9"};
}

engine::SubscriptionPage subscriptions() {
    engine::SubscriptionDescription queue;
    queue.subscription = "subscription-1";
    queue.queue = {"", "jobs"};
    queue.pattern = "orders.*";
    queue.filter_policy = R"({"kind":["urgent"]})";
    queue.filter_scope = engine::FilterScope::body;
    queue.raw = true;
    queue.dead_letter_queue = "dead";
    queue.created_at = Timestamp(1'700'000'000'000);
    queue.delivered = 10;
    queue.failed = 1;
    engine::SubscriptionDescription durable;
    durable.subscription = "phone";
    durable.kind = engine::SubscriptionKind::durable;
    durable.queue = {"~durable/", "orders/phone"};
    durable.created_at = Timestamp(1'700'000'000'000);
    durable.waiting = 4;
    return {{queue, durable}, "next"};
}

std::vector<runtime::PresenceMember> members() {
    return {{"ada", "typing", 2, Timestamp(1'700'000'000'000)}, {"grace", "", 1, Timestamp(1'700'000'060'000)}};
}

/// Lives as long as the program: what is pushed points to it.
const engine::Publication& greeting() {
    static const engine::Publication publication{
        "chat.room.42", "hello", {{"kind", "String", "greeting"}}, "group-1", std::nullopt};
    return publication;
}

std::array<native::PushedPublication, 2> pushed() {
    native::PushedPublication kept{&greeting()};
    kept.offset = 812;
    kept.published_at = Timestamp(1'700'000'000'000);
    kept.id = {0x0123456789abcdef, 0xfedcba9876543210};
    kept.retained = true;
    kept.handle = "handle-1";
    kept.delivery = 2;
    native::PushedPublication ephemeral{&greeting()};
    ephemeral.published_at = Timestamp(1'700'000'001'000);
    ephemeral.id = {1, 2};
    return {kept, ephemeral};
}

native::History history() {
    const auto publications = pushed();
    return {{publications.begin(), publications.end()}, "k3f9", 5, 900, 813, true};
}

}  // namespace

std::vector<GoldenFrame> topic_replies() {
    const engine::TopicPage topics{{{7, "orders.fifo", true, 39, 2}, {8, "typing", false, 0, 0}}, "next"};
    const auto pushes = pushed();
    const std::span<const native::PushedPublication> publications(pushes);
    const native::Subscribed subscribed{"chat", "k3f9", 813, false, members()};
    const runtime::PresenceChange change{members(), {"edsger"}, {{"barbara", "away", 1, Timestamp(1'700'000'000'000)}}};
    return {
        {"reply_topic_created", answered_to_topic(40, engine::TopicCreated{true})},
        {"reply_topic_list", written_to_topic(43, native::TopicListing{topics, {3, 0}})},
        {"reply_topic_description", written_to_topic(44, topic_report())},
        {"reply_publish_results", answered_to_topic(45, published())},
        {"reply_subscribed", written_to_topic(46, subscribed)},
        {"reply_publications", written_to_topic(46, publications)},
        {"reply_publication_gap", written_to_topic(46, native::PublicationGap{"k3f9", 813, 900, 87})},
        {"reply_presence_change", written_to_topic(46, change)},
        {"reply_subscription_ended", written_to_topic(46, native::SubscriptionEnded{Errc::topic_does_not_exist})},
        {"reply_presence_report", written_to_topic(50, native::PresenceReport{members(), 12})},
        {"reply_history", written_to_topic(52, history())},
        {"reply_subscription_added", answered_to_topic(53, engine::SubscriptionAdded{"subscription-1", true})},
        {"reply_subscription_list", written_to_topic(56, subscriptions())},
    };
}

}  // namespace tern::golden
