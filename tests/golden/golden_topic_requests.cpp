#include "tern/detail/operations.hpp"
#include "tests/golden/golden_frames.hpp"

namespace tern::golden {

namespace {

using namespace std::chrono_literals;

TopicSettings every_topic_setting() {
    TopicSettings settings;
    settings.fifo = true;
    settings.content_based_deduplication = true;
    settings.history = true;
    settings.history_age = 24h;
    settings.history_publications = 1'000;
    settings.history_bytes = 1'048'576;
    settings.retained = true;
    settings.publication_bytes_max = 65'536;
    settings.presence = PresenceMode::subscribers;
    return settings;
}

std::vector<NewPublication> two_publications() {
    NewPublication plain{.subject = "chat.room.42", .data = "hello"};
    NewPublication full{.subject = "chat.room.43", .data = std::string("\x00\x01\xff", 3)};
    full.attributes = {{"kind", "String", "greeting"}, {"weight", "Number", "12.5"}};
    full.group_id = "group-1";
    full.deduplication_id = "once";
    return {plain, full};
}

SubscriptionSettings every_subscription_setting() {
    SubscriptionSettings settings;
    settings.pattern = "orders.*";
    settings.filter_policy = R"({"kind":["urgent"]})";
    settings.filter_scope = FilterScope::body;
    settings.raw = true;
    settings.dead_letter_queue = "dead";
    return settings;
}

SubscriberOptions every_subscriber_option() {
    SubscriberOptions options;
    options.namespace_name = "shop";
    options.pattern = "chat.room.*";
    options.filter_policy = R"({"kind":["greeting"]})";
    options.filter_scope = FilterScope::body;
    options.slow_policy = SlowPolicy::drop_oldest;
    options.durable = "phone";
    options.in_flight_max = 10;
    options.ack_wait = 30s;
    options.deliveries_max = 5;
    options.dead_letter_queue = "dead";
    options.presence = true;
    options.member = "ada";
    options.member_state = "typing";
    return options;
}

/// What the broker is to be told exactly: no ids that differ from run to run.
PublishOptions exactly() {
    PublishOptions options;
    options.namespace_name = "shop";
    options.ephemeral = true;
    return options;
}

HistoryOptions last_before_an_offset() {
    HistoryOptions options;
    options.namespace_name = "shop";
    options.from = FromOffset{812, "k3f9"};
    options.publications_max = 50;
    options.reverse = true;
    return options;
}

}  // namespace

std::vector<GoldenFrame> topic_requests() {
    const TopicName chat("chat", "shop");
    const HistoryStart from = FromOffset{812, "k3f9"};
    return {
        {"request_create_topic",
         detail::create_topic(40, {"orders.fifo"}, every_topic_setting(), {{"team", "a"}}).frame},
        {"request_set_topic", detail::set_topic(41, chat, {.history_age = 1h}).frame},
        {"request_delete_topic", detail::delete_topic(42, chat).frame},
        {"request_list_topics", detail::list_topics(43, {"shop", "ch", 50, "token"}).frame},
        {"request_describe_topic", detail::describe_topic(44, chat).frame},
        {"request_publish", detail::publish_batch(45, two_publications(), exactly()).frame},
        {"request_subscribe", detail::subscribe(46, every_subscriber_option(), from).frame},
        {"request_unsubscribe", detail::unsubscribe(47, 46).frame},
        {"request_acknowledge", detail::acknowledge(48, 46, {"handle-1", "handle-2"}).frame},
        {"request_reject", detail::reject(49, 46, {"handle-1"}, 5s).frame},
        {"request_describe_presence", detail::describe_presence(50, chat, 100).frame},
        {"request_set_presence", detail::set_presence(51, 46, "typing").frame},
        {"request_read_history", detail::read_history(52, "chat.>", last_before_an_offset()).frame},
        {"request_add_subscription",
         detail::add_subscription(53, {"orders", "shop"}, "jobs", every_subscription_setting()).frame},
        {"request_set_subscription", detail::set_subscription(54, chat, "subscription-1", {.raw = false}).frame},
        {"request_remove_subscription", detail::remove_subscription(55, chat, "subscription-1").frame},
        {"request_list_subscriptions", detail::list_subscriptions(56, chat, {10, "token"}).frame},
    };
}

}  // namespace tern::golden
