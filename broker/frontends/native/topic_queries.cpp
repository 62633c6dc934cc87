#include "broker/frontends/native/topic_queries.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/subject.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/native/history_search.hpp"
#include "broker/frontends/native/pushed.hpp"
#include "broker/runtime/presence.hpp"
#include "broker/runtime/subscriber_counts.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

/// Others wait while members are copied, and a frame holds no more of them with the longest names and states.
constexpr std::size_t presence_members_max = 10'000;

/// One topic's history as of one snapshot.
class SeenHistory {
public:
    SeenHistory(runtime::Broker& broker, const ReadHistory& query)
        : query_(query),
          snapshot_(broker.snapshot()),
          // After the snapshot has begun: it could see what is not durable yet.
          durable_end_(broker.durable_end()),
          topic_(engine::describe_topic(*snapshot_, name_of(query), durable_end_)) {}

    Errc check() const {
        if (!topic_.has_value()) return topic_.error();
        if (!topic_->settings.history) return Errc::topic_has_no_history;
        const auto& epoch = query_.start.epoch;
        return epoch.empty() || epoch == topic_->epoch ? Errc::ok : Errc::epoch_differs;
    }
    const engine::TopicDescription& topic() const { return *topic_; }
    HistoryReader reader() const {
        return [this](std::uint64_t offset, const engine::HistoryLimits& limits) {
            return engine::read_history(*snapshot_, topic_->id, offset, limits, durable_end_);
        };
    }
    PublicationTest test() const {
        return [this](const engine::StoredPublication& stored) {
            return engine::matches(query_.pattern, stored.publication.subject);
        };
    }
    Result<std::uint64_t> start() const {
        switch (query_.start.from) {
            case StartFrom::earliest: return topic_->start_offset;
            case StartFrom::time:
                return engine::find_in_history(*snapshot_, topic_->id, query_.start.time, durable_end_);
            case StartFrom::last: {
                const auto count = std::min<std::size_t>(query_.start.last, query_.publications_max);
                const auto found = find_before(reader(), topic_->end_offset, count, test());
                return found.has_value() ? Result<std::uint64_t>(found->from_offset) : found.error();
            }
            default: return query_.start.offset;
        }
    }

private:
    static engine::TopicName name_of(const ReadHistory& query) {
        return {query.namespace_name, std::string(engine::topic_of(query.pattern))};
    }

    const ReadHistory& query_;
    const std::unique_ptr<store::ReadTransaction> snapshot_;
    const engine::DurableEnd durable_end_;
    const Result<engine::TopicDescription> topic_;
};

std::vector<PushedPublication> shown(const std::vector<engine::StoredPublication>& publications) {
    std::vector<PushedPublication> shown;
    shown.reserve(publications.size());
    for (const auto& stored : publications) shown.push_back(native::pushed(stored));
    return shown;
}

Errc answer_backwards(const SeenHistory& seen, ReplyWriter& writer, ReplyTo to, const ReadHistory& query) {
    const bool from_end = query.start.from == StartFrom::last || query.start.from == StartFrom::live;
    const auto start = from_end ? Result<std::uint64_t>(seen.topic().end_offset) : seen.start();
    if (!start.has_value()) return start.error();
    const auto found = find_before(seen.reader(), *start, query.publications_max, seen.test());
    if (!found.has_value()) return found.error();
    return writer.write(to, History{shown(found->publications), seen.topic().epoch, found->start_offset,
                                    found->end_offset, found->from_offset, found->from_offset > found->start_offset});
}

}  // namespace

Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const DescribeTopic& query) {
    const auto snapshot = broker.snapshot();
    auto topic = engine::describe_topic(*snapshot, query.topic, broker.durable_end());
    if (!topic.has_value()) return topic.error();
    const auto subscribers = broker.subscriber_counts().of(topic->id);
    return writer.write(to, TopicReport{std::move(*topic), subscribers});
}

Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const ListTopics& query) {
    const auto snapshot = broker.snapshot();
    auto page = engine::list_topics(*snapshot, query.namespace_name, query.prefix, query.page);
    if (!page.has_value()) return page.error();
    TopicListing listing{std::move(*page), {}};
    for (const auto& topic : listing.page.topics) {
        listing.subscribers.push_back(broker.subscriber_counts().of(topic.id));
    }
    return writer.write(to, listing);
}

Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const ListSubscriptions& query) {
    const auto snapshot = broker.snapshot();
    const auto page = engine::list_subscriptions(*snapshot, broker.now(), query.topic, query.page);
    return page.has_value() ? writer.write(to, *page) : page.error();
}

Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const DescribePresence& query) {
    const auto snapshot = broker.snapshot();
    const auto topic = engine::describe_topic(*snapshot, query.topic, broker.durable_end());
    if (!topic.has_value()) return topic.error();
    if (topic->settings.presence == engine::PresenceMode::nobody) return Errc::presence_not_enabled;
    auto& presence = broker.presence();
    const auto members_max = std::min<std::size_t>(query.members_max, presence_members_max);
    return writer.write(to, PresenceReport{presence.members(topic->id, members_max), presence.count(topic->id)});
}

Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const ReadHistory& query) {
    if (!engine::valid_pattern(query.pattern)) return Errc::pattern_invalid;
    if (query.publications_max < 1 || query.publications_max > protocol::history_publications_max) {
        return Errc::history_request_invalid;
    }
    const SeenHistory seen(broker, query);
    if (const auto status = seen.check(); status != Errc::ok) return status;
    if (query.reverse) return answer_backwards(seen, writer, to, query);
    const auto start = seen.start();
    if (!start.has_value()) return start.error();
    const auto found = find_from(seen.reader(), *start, query.publications_max, seen.test());
    if (!found.has_value()) return found.error();
    return writer.write(to, History{shown(found->publications), seen.topic().epoch, found->start_offset,
                                    found->end_offset, found->next_offset, found->next_offset < found->end_offset});
}

}  // namespace tern::native
