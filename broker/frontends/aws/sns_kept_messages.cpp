#include "broker/frontends/aws/sns_kept_messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "broker/base/base64.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/aws/sns_cleared_messages.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_platform.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::int64_t kept_page_entries = 100;
constexpr std::int64_t kept_messages_shown_max = 1000;

constexpr std::string_view circumstances_name = "sns.kept-circumstances";
/// Before the subject, in the value of that attribute.
constexpr std::string_view circumstances_of_structured = "json:";
constexpr std::string_view circumstances_of_others = ":";

struct Circumstances {
    std::string subject;
    bool structured = false;
};

/// Of publications to topics they are among the extras; of direct ones they are taken off the attributes.
Circumstances take_circumstances(engine::Publication& publication) {
    if (const auto& extras = publication.extras) return {extras->headline, extras->structured};
    auto& attributes = publication.attributes;
    if (attributes.empty() || attributes.back().name != circumstances_name) return {};
    const std::string text(attributes.back().value);
    attributes.pop_back();
    const bool structured = text.starts_with(circumstances_of_structured);
    return {text.substr((structured ? circumstances_of_structured : circumstances_of_others).size()), structured};
}

json::object shown_message_attributes(const engine::Publication& publication) {
    json::object attributes;
    for (const auto& attribute : publication.attributes) {
        auto& shown = attributes[attribute.name].emplace_object();
        shown["DataType"] = attribute.type;
        if (attribute.type.starts_with("Binary")) {
            std::string text;
            append_base64(text, attribute.value);
            shown["BinaryValue"] = text;
        } else {
            shown["StringValue"] = attribute.value;
        }
    }
    return attributes;
}

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value() : json::value(text);
}

/// Gathers, by addressee, what is kept of one protocol.
class KeptMessages {
public:
    KeptMessages(const Surroundings& surroundings, const Scope& scope, std::string_view protocol)
        : surroundings_(surroundings),
          scope_(scope),
          protocol_(protocol),
          address_name_(protocol == "sms" ? "PhoneNumber" : "TargetArn"),
          cleared_(surroundings, scope, protocol),
          snapshot_(surroundings.broker.snapshot()) {}

    void add(const std::string& address, const engine::StoredPublication& stored, json::value topic,
             json::value subscription) {
        if (cleared_.has(address, stored.at)) return;
        json::object message;
        message[address_name_] = address;
        message["TopicArn"] = std::move(topic);
        message["SubscriptionArn"] = std::move(subscription);
        message["MessageId"] = engine::text_of(stored.id);
        auto publication = stored.publication;
        const auto [subject, structured] = take_circumstances(publication);
        // As LocalStack has it: one body of several is shown as a text of JSON.
        message["Message"] = structured ? json::serialize(json::string(publication.data)) : publication.data;
        message["MessageAttributes"] = shown_message_attributes(publication);
        message["MessageStructure"] = text_or_null(structured ? "json" : "");
        message["Subject"] = text_or_null(subject);
        auto& list = messages_[address];
        if (!list.is_array()) list.emplace_array();
        list.get_array().push_back(std::move(message));
    }

    /// What a store's topic has in its history; `address_of` tells whom it was for.
    void add_history(const engine::TopicName& topic, auto address_of) {
        const auto described = engine::describe_topic(*snapshot_, topic, surroundings_.broker.durable_end());
        if (!described.has_value()) return;
        const auto history =
            engine::read_history(*snapshot_, described->id, 0, {1000, 16u << 20}, surroundings_.broker.durable_end());
        if (!history.has_value()) return;
        for (const auto& stored : history->publications)
            add(address_of(*described, stored.publication), stored, json::value(), json::value());
    }

    /// What waits in the queues of the protocol's subscriptions.
    void add_subscriptions() {
        const auto namespace_name = namespace_of(scope_, surroundings_.options.home);
        engine::Page page{kept_page_entries, {}};
        while (true) {
            const auto topics = engine::list_topics(*snapshot_, namespace_name, {}, page);
            if (!topics.has_value()) return;
            for (const auto& topic : topics->topics)
                if (topic.subscriptions > 0) add_subscriptions_of(topic_in(surroundings_, scope_, topic.name));
            if (topics->next_token.empty()) return;
            page.token = topics->next_token;
        }
    }

    /// Calls `visit` with the name of each topic of the store that begins so.
    void for_each_store_topic(std::string_view prefix, auto visit) {
        engine::Page page{kept_page_entries, {}};
        while (true) {
            const auto topics = engine::list_topics(*snapshot_, store_namespace(scope_), std::string(prefix), page);
            if (!topics.has_value()) return;
            for (const auto& topic : topics->topics) visit(engine::TopicName{store_namespace(scope_), topic.name});
            if (topics->next_token.empty()) return;
            page.token = topics->next_token;
        }
    }

    json::object take() { return std::move(messages_); }

private:
    void add_subscriptions_of(const NamedTopic& topic) {
        engine::Page page{kept_page_entries, {}};
        while (true) {
            const auto listed = engine::list_subscriptions(*snapshot_, surroundings_.broker.now(), topic.topic, page);
            if (!listed.has_value()) return;
            for (const auto& one : listed->subscriptions)
                if (one.protocol == protocol_) add_waiting(topic, one);
            if (listed->next_token.empty()) return;
            page.token = listed->next_token;
        }
    }

    void add_waiting(const NamedTopic& topic, const engine::SubscriptionDescription& subscription) {
        const auto found = engine::peek(*snapshot_, surroundings_.broker.now(), subscription.queue,
                                        {kept_messages_shown_max, true, true, true});
        if (!found.has_value()) return;
        for (const auto& message : found->messages)
            if (const auto durable = engine::read_durable_message(message.record))
                add(subscription.endpoint, durable->stored, json::string(arn_of_topic(topic)),
                    json::string(arn_of_subscription(topic, subscription.subscription)));
    }

    const Surroundings& surroundings_;
    const Scope& scope_;
    const std::string_view protocol_;
    const std::string_view address_name_;
    const ClearedMessages cleared_;
    std::unique_ptr<store::ReadTransaction> snapshot_;
    json::object messages_;
};

}  // namespace

engine::PublicationAttribute circumstances(std::string_view subject, bool structured) {
    const auto before = structured ? circumstances_of_structured : circumstances_of_others;
    return {std::string(circumstances_name), "String", std::string(before).append(subject)};
}

json::object kept_text_messages(const Surroundings& surroundings, const Scope& scope) {
    KeptMessages kept(surroundings, scope, "sms");
    kept.add_history(sms_topic(scope), [](const engine::TopicDescription&, const engine::Publication& publication) {
        return publication.group_id;
    });
    kept.add_subscriptions();
    return kept.take();
}

json::object kept_endpoint_messages(const Surroundings& surroundings, const Scope& scope) {
    KeptMessages kept(surroundings, scope, "application");
    kept.for_each_store_topic(application_topic_prefix, [&](const engine::TopicName& topic) {
        kept.add_history(topic,
                         [&](const engine::TopicDescription& application, const engine::Publication& publication) {
                             const auto id = publication.subject.substr(topic.name.size() + 1);
                             return application_in(scope, application.annotations).endpoint_arn(id);
                         });
    });
    kept.add_subscriptions();
    return kept.take();
}

}  // namespace tern::aws::sns
