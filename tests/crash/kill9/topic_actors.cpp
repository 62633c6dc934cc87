#include "tests/crash/kill9/topic_actors.hpp"

#include <fmt/format.h>

#include <array>

#include "protocol/status.hpp"
#include "tests/crash/kill9/refusals.hpp"
#include "tests/crash/kill9/traffic.hpp"
#include "tests/crash/names.hpp"

namespace tern::crash {
namespace {

constexpr std::uint64_t requests_max = 3;
constexpr std::uint64_t publications_max = 4;
constexpr std::array subjects_below = {".a", ".b", ".b.c"};
/// So often a question is answered on a connection, and nothing pushed meanwhile, before nothing is expected any more.
constexpr std::uint64_t idle_questions_max = 1000;
/// So often all that a member had has come back, and nothing is pushed meanwhile.
constexpr std::uint64_t idle_waits_max = 5;
/// In a hundred, of what a member is pushed.
constexpr std::uint64_t given_back_percent = 5;
constexpr std::uint64_t forgotten_percent = 5;

SeenPublication seen_of(const wire::PushedPublication& publication) {
    const auto* data = publication.data();
    return {static_cast<std::uint64_t>(publication.offset()),
            data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string()};
}

/// What comes by a subscription that stands, unless it ends.
void require_stands(const wire::Reply& reply) {
    require_ok(reply.status(), "a subscription");
    if (const auto* ended = reply.body_as_SubscriptionEnded()) require_ok(ended->status(), "a subscription that stood");
}

}  // namespace

void TopicPublisher::begin(WireClient& client) {
    std::vector<std::uint64_t> requests;
    for (const auto& publications : pending_) requests.push_back(send(client, publications));
    for (const auto request : requests) await(client, request);
}

void TopicPublisher::work(WireClient& client) {
    std::vector<std::uint64_t> requests;
    for (auto count = 1 + random_.below(requests_max); count > 0; --count) {
        pending_.push_back(make());
        requests.push_back(send(client, pending_.back()));
    }
    for (const auto request : requests) await(client, request);
}

std::vector<NewPublication> TopicPublisher::make() {
    std::vector<NewPublication> publications(1 + random_.below(publications_max));
    for (auto& publication : publications) {
        const auto filler = random_.below(50) == 0 ? random_.below(20'000) : random_.below(200);
        publication.subject = lane_.topic + subjects_below[random_.below(subjects_below.size())];
        publication.data = ledger_.new_publication(lane_, filler);
        if (lane_.repeatable) publication.deduplication_id = name_in(publication.data);
    }
    return publications;
}

std::uint64_t TopicPublisher::send(WireClient& client, const std::vector<NewPublication>& publications) {
    for (const auto& each : publications) ledger_.sent(each.data);
    PublishOptions how;
    how.repeatable = false;
    return client.ask([&](std::uint64_t id) { return detail::publish_batch(id, publications, how); });
}

void TopicPublisher::await(WireClient& client, std::uint64_t request) {
    const auto reply = client.await();
    require_ok(reply->status(), "a publish");
    if (reply->id() != request) throw TestFailure("publishes were answered in another order");
    const auto& answer = *reply->body_as_PublishResults();
    for (flatbuffers::uoffset_t i = 0; i < pending_.front().size(); ++i) {
        const auto& result = *answer.results()->Get(i);
        require_ok(result.status(), "a publication");
        ledger_.acknowledged(pending_.front()[i].data,
                             {answer.epoch()->str(), static_cast<std::uint64_t>(result.offset())});
    }
    pending_.pop_front();
}

void LiveSubscriber::begin(WireClient& client) {
    SubscriberOptions how;
    how.pattern = pattern_of(topic_);
    HistoryStart from = FromEarliest{};
    if (const auto position = ledger_.position(topic_)) from = FromOffset{position->offset, position->epoch};
    const auto stands = client.execute([&](std::uint64_t id) { return detail::subscribe(id, how, from); });
    require_ok(stands, "a subscription");
    ledger_.subscribed(topic_, {stands.value().epoch, stands.value().offset}, stands.value().recovered);
}

void LiveSubscriber::work(WireClient& client) {
    take(*client.await());
}

void LiveSubscriber::finish(WireClient& client, std::uint64_t end) {
    for (std::uint64_t idle = 0; position() < end;) {
        const auto before = position();
        const auto request = client.ask([&](std::uint64_t id) { return detail::describe_topic(id, topic_); });
        for (auto reply = client.await(); reply->id() != request; reply = client.await()) take(*reply);
        idle = position() == before ? idle + 1 : 0;
        if (idle == idle_questions_max)
            throw TestFailure(fmt::format("publications {} to {} of {} are there, and not pushed to who is subscribed",
                                          position(), end - 1, topic_));
    }
}

void LiveSubscriber::take(const wire::Reply& reply) {
    require_stands(reply);
    if (const auto* gap = reply.body_as_PublicationGap())
        return ledger_.gap_told(topic_, gap->from_offset(), gap->to_offset());
    const auto* publications = reply.body_as_Publications();
    if (publications == nullptr) throw TestFailure("a subscriber was told something else than publications");
    for (const auto* each : *publications->publications()) ledger_.pushed(topic_, seen_of(*each));
}

void DurableMember::begin(WireClient& client) {
    asked_.clear();
    connection_ = ledger_.new_connection();
    SubscriberOptions how;
    how.pattern = pattern_of(news_topic);
    how.durable = durable_subscription;
    how.ack_wait = acknowledgement_wait;
    subscription_ = client.ask([&](std::uint64_t id) { return detail::subscribe(id, how, FromNow{}); });
    const auto reply = client.await();
    require_stands(*reply);
    if (reply->body_as_Subscribed() == nullptr) throw TestFailure("a durable subscription does not stand");
}

void DurableMember::work(WireClient& client) {
    const auto reply = client.await();
    take(client, *reply);
}

void DurableMember::take(WireClient& client, const wire::Reply& reply) {
    if (reply.id() != subscription_) return settled(reply);
    require_stands(reply);
    const auto* publications = reply.body_as_Publications();
    if (publications == nullptr) throw TestFailure("a durable subscription was told something else than publications");
    settle(client, *publications);
}

void DurableMember::settle(WireClient& client, const wire::Publications& pushes) {
    std::vector<std::string> done;
    std::vector<std::string> given_back;
    std::vector<std::uint64_t> offsets;
    for (const auto* each : *pushes.publications()) {
        const auto seen = seen_of(*each);
        ledger_.handed_out(news_topic, seen, connection_);
        ++handed_out_;
        const auto dice = careful_ ? 100 : random_.below(100);
        if (dice < given_back_percent) {
            given_back.push_back(each->handle()->str());
        } else if (dice >= given_back_percent + forgotten_percent) {
            done.push_back(each->handle()->str());
            offsets.push_back(seen.offset);
            ledger_.acknowledgement_asked(news_topic, seen.offset);
        }
    }
    if (!done.empty()) {
        const auto request = client.ask([&](std::uint64_t id) { return detail::acknowledge(id, subscription_, done); });
        asked_[request] = std::move(offsets);
    }
    if (!given_back.empty()) {
        asked_[client.ask([&](std::uint64_t id) {
            return detail::reject(id, subscription_, given_back, std::chrono::milliseconds(0));
        })];
    }
}

void DurableMember::settled(const wire::Reply& reply) {
    require_ok(reply.status(), "an acknowledgement");
    const auto asked = asked_.extract(reply.id());
    if (asked.empty()) throw TestFailure("an answer to nothing that was asked for");
    const auto* results = reply.body_as_EntryResults()->results();
    for (flatbuffers::uoffset_t i = 0; i < asked.mapped().size(); ++i) {
        // Somebody else may have it meanwhile, on a machine that is busy for long.
        if (results == nullptr || results->Get(i)->status() == 0)
            ledger_.acknowledgement_answered(news_topic, asked.mapped()[i], connection_);
    }
}

std::uint64_t DurableMember::waiting(WireClient& client) {
    const auto list = detail::list_subscriptions(0, news_topic, PageOptions{});
    const auto request =
        client.ask([&](std::uint64_t id) { return detail::list_subscriptions(id, news_topic, PageOptions{}); });
    for (;;) {
        const auto reply = client.await();
        if (reply->id() != request) {
            take(client, *reply);
            continue;
        }
        const auto page = list.read(reply.bytes());
        require_ok(page, "a list of subscriptions");
        for (const auto& each : page.value().subscriptions)
            if (each.subscription == durable_subscription) return each.waiting;
        throw TestFailure("the durable subscription is gone");
    }
}

void DurableMember::finish(WireClient& client) {
    careful_ = true;
    begin(client);
    for (std::uint64_t idle = 0;;) {
        const auto left = waiting(client);
        if (left == 0) break;
        // What waits is on its way here, or will be when the member that had it is given up.
        const auto before = handed_out_;
        work_for(client, acknowledgement_wait);
        idle = handed_out_ == before ? idle + 1 : 0;
        if (idle == idle_waits_max)
            throw TestFailure(
                fmt::format("{} publications wait for the durable subscription, and are not pushed", left));
    }
    while (!asked_.empty()) work(client);
}

void DurableMember::work_for(WireClient& client, std::chrono::milliseconds duration) {
    ReceiveOptions how;
    how.wait = duration;
    const auto request = client.ask([&](std::uint64_t id) { return detail::receive(id, QueueName{empty_queue}, how); });
    for (auto reply = client.await(); reply->id() != request; reply = client.await()) take(client, *reply);
}

bool QueueReader::work(WireClient& client, std::chrono::milliseconds wait) {
    const QueueName queue{queue_behind(topic_)};
    ReceiveOptions how;
    how.messages_max = 10;
    how.wait = wait;
    const auto received = client.execute([&](std::uint64_t id) { return detail::receive(id, queue, how); });
    require_ok(received, "a receive");
    if (received.value().empty()) return false;
    std::vector<std::string> handles;
    for (const auto& message : received.value()) {
        ledger_.taken(topic_, message.body, to_string(message.id));
        handles.push_back(message.receipt_handle);
    }
    require_ok(client.execute([&](std::uint64_t id) { return detail::delete_batch(id, queue, handles); }), "a delete");
    return true;
}

void QueueReader::finish(WireClient& client) {
    for (std::uint64_t idle = 0;;) {
        const auto told =
            client.execute([&](std::uint64_t id) { return detail::describe_queue(id, queue_behind(topic_)); });
        require_ok(told, "a question for a queue");
        const auto& counts = told.value().counts;
        const auto left = counts.visible + counts.in_flight + counts.delayed;
        if (left == 0) return;
        idle = work(client, visibility) ? 0 : idle + 1;
        if (idle == idle_waits_max)
            throw TestFailure(
                fmt::format("{} messages are in the queue behind {}, and nobody is given them", left, topic_));
    }
}

}  // namespace tern::crash
