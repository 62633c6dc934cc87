#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "broker/frontends/native/request.hpp"
#include "clients/cpp/source/encode.hpp"
#include "protocol/framing.hpp"
#include "tern/detail/operations.hpp"

/// What requests about topics ask for, from frame to demand.
namespace tern::native {

namespace wire = protocol::wire;
using namespace std::chrono_literals;

namespace {

/// The demand points into the frame, which is kept beside it.
struct Read {
    explicit Read(const std::string& frame) : body(frame.substr(protocol::frame_header_bytes)) {
        const auto* request = verified_request(body);
        REQUIRE(request != nullptr);
        demand = demand_of(*request);
    }
    template <class Command>
    const Command& command() const {
        const auto* found = std::get_if<engine::Command>(&demand);
        REQUIRE(found != nullptr);
        REQUIRE(std::holds_alternative<Command>(*found));
        return std::get<Command>(*found);
    }
    template <class Wanted>
    const Wanted& query() const {
        const auto* found = std::get_if<Query>(&demand);
        REQUIRE(found != nullptr);
        REQUIRE(std::holds_alternative<Wanted>(*found));
        return std::get<Wanted>(*found);
    }

    std::string body;
    Demand demand = Refusal{};
};

template <class Body>
std::string frame_of_body(flatbuffers::Offset<Body> (*create)(detail::Builder&)) {
    detail::Builder builder;
    return detail::frame_of(builder, 1, create(builder));
}

std::string publish_of(const std::vector<std::string>& subjects) {
    std::vector<NewPublication> publications;
    for (const auto& subject : subjects) publications.push_back({.subject = subject, .data = "x"});
    return detail::publish_batch(1, publications, {}).frame;
}

SubscriberOptions options_of(const std::string& pattern) {
    SubscriberOptions options;
    options.pattern = pattern;
    return options;
}

std::string subscribe_with(void (*change)(SubscriberOptions&)) {
    auto options = options_of("chat.>");
    change(options);
    return detail::subscribe(1, options, options.from).frame;
}

std::string history_of(const std::string& pattern) {
    return detail::read_history(1, pattern, {}).frame;
}

struct RefusedRequest {
    const char* what;
    std::string frame;
    Errc status;
    /// What the refusal names.
    const char* named;
};

std::vector<RefusedRequest> refused_topics() {
    const std::string long_name(257, 'n');
    const std::vector<std::string> too_many(1'001, "chat");
    TopicSettings unknown_presence;
    unknown_presence.presence = static_cast<PresenceMode>(9);
    return {
        {"no name", detail::create_topic(1, "", {}, {}).frame, Errc::missing_field, "name"},
        {"name too long", detail::delete_topic(1, long_name).frame, Errc::topic_name_invalid, "name"},
        {"namespace too long", detail::describe_topic(1, {"chat", long_name}).frame, Errc::namespace_invalid, ""},
        {"unknown presence", detail::set_topic(1, "chat", unknown_presence).frame, Errc::unknown_value, "presence"},
        {"no settings", frame_of_body<wire::SetTopic>([](detail::Builder& b) {
             return wire::CreateSetTopicDirect(b, nullptr, "chat");
         }),
         Errc::missing_field, "settings"},
        {"prefix too long", detail::list_topics(1, {"", long_name, 10, ""}).frame, Errc::topic_name_invalid, "prefix"},
        {"nothing to publish", publish_of({}), Errc::batch_empty, "publications"},
        {"too many to publish", publish_of(too_many), Errc::batch_too_long, "publications"},
        {"no subject", publish_of({""}), Errc::missing_field, "subject"},
        {"no subject that is one", publish_of({"chat..x", "*"}), Errc::subject_invalid, "subject"},
        {"two topics", publish_of({"chat.a", "chat..b", "news.a"}), Errc::subjects_of_two_topics,
         "publications[2].subject: news beside chat"},
        {"namespace of a publish too long",
         detail::publish(1, {.subject = "chat", .data = "x"}, {.namespace_name = long_name}).frame,
         Errc::namespace_invalid, ""},
        {"no pattern to read", history_of(""), Errc::missing_field, "pattern"},
        {"pattern to read too long", history_of(std::string(257, 'p')), Errc::pattern_invalid, "256"},
    };
}

std::vector<RefusedRequest> refused_subscriptions() {
    const std::string long_name(1'025, 'n');
    const SubscriptionSettings unknown_scope{.filter_scope = static_cast<FilterScope>(9)};
    return {
        {"no queue", detail::add_subscription(1, "chat", "", {}).frame, Errc::missing_field, "queue"},
        {"queue too long", detail::add_subscription(1, "chat", long_name, {}).frame, Errc::queue_name_invalid, "queue"},
        {"pattern too long", detail::add_subscription(1, "chat", "q", {.pattern = long_name}).frame,
         Errc::pattern_invalid, "pattern: up to 256 bytes"},
        {"filter too long",
         detail::add_subscription(1, "chat", "q", {.filter_policy = std::string(262'145, 'f')}).frame,
         Errc::filter_policy_invalid, "filter_policy: up to 262144 bytes"},
        {"dead-letter queue too long", detail::set_subscription(1, "chat", "s", {.dead_letter_queue = long_name}).frame,
         Errc::subscription_setting_invalid, "dead_letter_queue: up to 80 bytes"},
        {"unknown scope", detail::set_subscription(1, "chat", "s", unknown_scope).frame, Errc::unknown_value,
         "filter_scope"},
        {"no subscription", detail::remove_subscription(1, "chat", "").frame, Errc::missing_field, "subscription"},
        {"subscription too long", detail::remove_subscription(1, "chat", long_name).frame,
         Errc::subscription_does_not_exist, "subscription"},
        {"page token too long", detail::list_subscriptions(1, "chat", {10, long_name}).frame, Errc::page_token_invalid,
         ""},
        {"no pattern", detail::subscribe(1, {}, FromNow{}).frame, Errc::missing_field, "pattern"},
        {"unknown start", frame_of_body<wire::Subscribe>([](detail::Builder& b) {
             return wire::CreateSubscribeDirect(b, nullptr, "chat", static_cast<wire::SubscribeFrom>(9));
         }),
         Errc::unknown_value, "from"},
        {"unknown policy",
         subscribe_with([](SubscriberOptions& o) { o.slow_policy = static_cast<tern::SlowPolicy>(9); }),
         Errc::unknown_value, "slow_policy"},
        {"durable name too long", subscribe_with([](SubscriberOptions& o) { o.durable = std::string(81, 'd'); }),
         Errc::durable_name_invalid, "durable: up to 80 bytes"},
        {"member too long", subscribe_with([](SubscriberOptions& o) { o.member = std::string(129, 'm'); }),
         Errc::member_invalid, "member: up to 128 bytes"},
        {"state too long", subscribe_with([](SubscriberOptions& o) { o.member_state = std::string(1'025, 's'); }),
         Errc::member_invalid, "member_state: up to 1024 bytes"},
        {"new state too long", detail::set_presence(1, 2, std::string(1'025, 's')).frame, Errc::member_invalid,
         "member_state"},
        {"epoch too long", subscribe_with([](SubscriberOptions& o) {
             o.from = FromOffset{1, std::string(1'025, 'e')};
         }),
         Errc::epoch_differs, "epoch"},
        {"no handles", detail::acknowledge(1, 2, {}).frame, Errc::batch_empty, "handles"},
        {"too many handles", detail::reject(1, 2, std::vector<std::string>(1'001, "h"), 0s).frame, Errc::batch_too_long,
         "handles"},
    };
}

void check_refused(const std::vector<RefusedRequest>& requests) {
    for (const auto& refused : requests) {
        CAPTURE(refused.what);
        const Read read(refused.frame);
        const auto* refusal = std::get_if<Refusal>(&read.demand);
        REQUIRE(refusal != nullptr);
        CHECK_EQ(refusal->status, refused.status);
        CHECK_NE(refusal->detail.find(refused.named), std::string::npos);
    }
}

}  // namespace

TEST_CASE("requests about topics that cannot be right are refused with field and limit") {
    check_refused(refused_topics());
    check_refused(refused_subscriptions());
}

TEST_CASE("a publish is of the topic that its subjects begin with, and owns its bytes") {
    NewPublication publication{.subject = "chat.room.42", .data = std::string("\x00\x01", 2)};
    publication.attributes = {{"kind", "String", "greeting"}};
    publication.deduplication_id = "once";
    std::optional<Read> read;
    read.emplace(detail::publish_batch(1, {publication, {.subject = "chat..bad", .data = "x"}},
                                       {.namespace_name = "shop", .ephemeral = true})
                     .frame);
    const auto publish = read->command<engine::Publish>();
    read.reset();

    CHECK(publish.topic == engine::TopicName{"shop", "chat"});
    CHECK(publish.ephemeral);
    REQUIRE_EQ(publish.batch->size(), 2);
    const auto& first = publish.batch->at(0);
    CHECK_EQ(first.subject, "chat.room.42");
    CHECK_EQ(first.data, std::string("\x00\x01", 2));
    CHECK_EQ(first.attributes.at(0).value, "greeting");
    CHECK_EQ(first.deduplication_id, "once");
    // The engine refuses it alone.
    CHECK_EQ(publish.batch->at(1).subject, "chat..bad");
}

TEST_CASE("a publish on a FIFO topic names it with its ending, and more attributes than allowed arrive as one more") {
    NewPublication publication{.subject = "orders.fifo.42", .data = "x"};
    publication.group_id = "g";
    publication.attributes.resize(200, {"a", "String", "v"});
    const Read read(detail::publish(1, publication, {}).frame);

    const auto& publish = read.command<engine::Publish>();
    CHECK_EQ(publish.topic.name, "orders.fifo");
    CHECK_EQ(publish.batch->at(0).group_id, "g");
    CHECK_FALSE(publish.batch->at(0).deduplication_id.has_value());
    CHECK_EQ(publish.batch->at(0).attributes.size(), protocol::message_attributes_max + 1);
}

TEST_CASE("a subscribe says where to begin, what to let through and how to be there") {
    const Read plain(detail::subscribe(1, options_of("chat"), FromNow{}).frame);
    const auto& live = std::get<Subscribe>(plain.demand);
    CHECK_EQ(live.start.from, StartFrom::live);
    CHECK_FALSE(live.slow_policy.has_value());
    CHECK(live.durable.name.empty());
    CHECK_FALSE(live.durable.ack_wait.has_value());
    CHECK_FALSE(live.presence.wanted);

    auto options = options_of("chat.>");
    options.namespace_name = "shop";
    options.filter_policy = "{}";
    options.filter_scope = FilterScope::body;
    options.slow_policy = tern::SlowPolicy::disconnect;
    options.durable = "phone";
    options.in_flight_max = 7;
    options.ack_wait = 5s;
    options.deliveries_max = 3;
    options.dead_letter_queue = "dead";
    options.presence = true;
    options.member = "ada";
    options.member_state = "busy";
    const Read read(detail::subscribe(1, options, FromOffset{812, "k3f9"}).frame);
    const auto& demand = std::get<Subscribe>(read.demand);
    CHECK_EQ(demand.namespace_name, "shop");
    CHECK_EQ(demand.pattern, "chat.>");
    CHECK_EQ(demand.start.from, StartFrom::offset);
    CHECK_EQ(demand.start.offset, 812);
    CHECK_EQ(demand.start.epoch, "k3f9");
    CHECK_EQ(demand.filter_policy, "{}");
    CHECK_EQ(demand.filter_scope, engine::FilterScope::body);
    CHECK(demand.slow_policy == native::SlowPolicy::disconnect);
    CHECK_EQ(demand.durable.name, "phone");
    CHECK_EQ(demand.durable.in_flight_max, 7);
    CHECK(demand.durable.ack_wait == Milliseconds(5'000));
    CHECK_EQ(demand.durable.deliveries_max, 3);
    CHECK_EQ(demand.durable.dead_letter_queue, "dead");
    CHECK(demand.presence.wanted);
    CHECK_EQ(demand.presence.member, "ada");
    CHECK_EQ(demand.presence.state, "busy");
}

TEST_CASE("what is asked of a subscription names it by its request") {
    const Read unsubscribing(detail::unsubscribe(2, 1).frame);
    CHECK_EQ(std::get<Unsubscribe>(unsubscribing.demand).subscription, 1);
    const Read acknowledging(detail::acknowledge(2, 1, {"a", "b"}).frame);
    CHECK_EQ(std::get<Acknowledge>(acknowledging.demand).subscription, 1);
    CHECK(std::get<Acknowledge>(acknowledging.demand).handles == std::vector<std::string_view>{"a", "b"});
    const Read rejecting(detail::reject(2, 1, {"a"}, 3s).frame);
    CHECK(std::get<Reject>(rejecting.demand).delay == Milliseconds(3'000));
    const Read setting(detail::set_presence(2, 1, "busy").frame);
    CHECK_EQ(std::get<SetPresence>(setting.demand).state, "busy");
}

TEST_CASE("settings that are not given stay open; queries carry what they need") {
    const Read setting(detail::set_topic(1, "chat", {.history_age = 0ms, .presence = PresenceMode::subscribers}).frame);
    const auto& settings = setting.command<engine::SetTopic>().settings;
    CHECK(settings.history_age == Milliseconds(0));
    CHECK(settings.presence == engine::PresenceMode::subscribers);
    CHECK_FALSE(settings.history_bytes.has_value());
    CHECK_FALSE(settings.retained.has_value());

    const Read subscription(detail::set_subscription(1, "chat", "s", {.pattern = "", .raw = true}).frame);
    const auto& change = subscription.command<engine::SetSubscription>().settings;
    CHECK_EQ(change.pattern, "");
    CHECK_EQ(change.raw, true);
    CHECK_FALSE(change.filter_policy.has_value());

    HistoryOptions options;
    options.from = FromOffset{50};
    options.reverse = true;
    options.publications_max = 20;
    const Read reading(detail::read_history(1, "chat.>", options).frame);
    const auto& history = reading.query<ReadHistory>();
    CHECK_EQ(history.start.offset, 50);
    CHECK(history.reverse);
    CHECK_EQ(history.publications_max, 20);
    const Read presence(detail::describe_presence(1, "chat", 5).frame);
    CHECK_EQ(presence.query<DescribePresence>().members_max, 5);
}

}  // namespace tern::native
