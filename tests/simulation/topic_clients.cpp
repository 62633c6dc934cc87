#include "tests/simulation/topic_clients.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "broker/base/overloaded.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/topic_queries.hpp"

namespace tern::simulation {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const engine::TopicName topic_name{"", "news"};
constexpr std::array<const char*, 3> subjects = {"news.a", "news.b", "news.b.c"};
/// A queue that is subscribed, and to what.
struct Feed {
    const char* queue;
    const char* pattern;
};
constexpr std::array<Feed, 2> feeds = {Feed{"feed", "news.>"}, Feed{"feed-a", "news.a"}};
constexpr const char* durable_name = "printer";
constexpr const char* durable_pattern = "news.b.>";
constexpr Milliseconds acknowledgement_wait = seconds(5);
/// So that a run stays small. Where the history is to be cut there are more, since the broker's own cuts come in steps
/// of 64.
constexpr std::uint64_t publications_max = 60;
constexpr std::uint64_t publications_max_cut = 160;
constexpr std::size_t messages_peeked_max = 1000;

engine::DurableEnd all_of_it() {
    return [](engine::StreamPartition) { return std::optional<std::uint64_t>(); };
}

StoredPublished stored_of(const engine::StoredPublication& stored) {
    return {stored.offset, stored.at, stored.publication.subject, std::string(stored.publication.data)};
}

}  // namespace

std::vector<engine::Command> TopicClients::first_commands() const {
    std::vector<engine::Command> commands;
    engine::CreateTopic create{topic_name, {}, {}};
    create.settings.retained = true;
    create.settings.history_age = Milliseconds(0);
    create.settings.history_publications = static_cast<std::int64_t>(kept_max_);
    commands.emplace_back(create);
    for (const auto& [queue, pattern] : feeds) {
        engine::CreateQueue feed{{"", queue}, {}, {}};
        feed.settings.retention = hours(24 * 14);
        commands.emplace_back(feed);
        commands.emplace_back(engine::AddSubscription{topic_name, queue, {.pattern = pattern, .raw = true}});
    }
    commands.emplace_back(
        engine::OpenDurable{topic_name, durable_name, {.pattern = durable_pattern}, acknowledgement_wait});
    return commands;
}

engine::Command TopicClients::wrong_cut(std::int64_t kept_max) {
    engine::SetTopic set{topic_name, {}};
    set.settings.history_publications = kept_max;
    return set;
}

std::vector<engine::Command> TopicClients::last_commands() {
    std::vector<engine::Command> commands{engine::DeleteTopic{topic_name}};
    for (const auto& feed : feeds) commands.emplace_back(engine::DeleteQueue{{"", feed.queue}});
    return commands;
}

void TopicClients::act() {
    const auto dice = around_.random.below(100);
    if (dice < 35) return publish();
    if (dice < 60) return pull();
    if (dice < 85) return acknowledge(1 + around_.random.below(3));
    read();
}

void TopicClients::publish() {
    PublishRequest request;
    // With the same id, until it is answered.
    while (!unanswered_.empty() && chance(50)) {
        request.publications.push_back(unanswered_.front());
        unanswered_.pop_front();
    }
    const auto most = kept_max_ > 0 ? publications_max_cut : publications_max;
    for (auto count = around_.random.below(kept_max_ > 0 ? 8 : 4); count > 0 && next_data_ <= most; --count) {
        const auto data = fmt::format("p{}", next_data_++);
        request.publications.push_back({subjects[around_.random.below(subjects.size())], data, chance(70) ? data : ""});
    }
    if (request.publications.empty()) return;
    for (const auto& each : request.publications) {
        around_.note(fmt::format("publish {} on {}", each.data, each.subject));
        ledger_.attempt(each);
    }
    around_.submit(std::move(request));
}

void TopicClients::pull() {
    around_.submit(PullRequest{static_cast<std::int64_t>(1 + around_.random.below(5))});
}

void TopicClients::acknowledge(std::size_t count) {
    AcknowledgeRequest request;
    for (; count > 0 && !held_.empty(); --count) {
        // Not always in order.
        const auto at = chance(80) ? 0 : around_.random.below(held_.size());
        request.pushed.push_back(held_[at]);
        held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(at));
        around_.note("acknowledge " + request.pushed.back().data);
        ledger_.attempt_acknowledgement(request.pushed.back().data);
    }
    if (!request.pushed.empty()) around_.submit(std::move(request));
}

/// The history, as far as it is durable.
void TopicClients::read() {
    const auto snapshot = around_.snapshot();
    const auto described = engine::describe_topic(*snapshot, topic_name, all_of_it());
    if (!described.has_value()) throw Violation("inconsistent", "the topic is not found");
    if (chance(10)) position_ = 0;
    const auto piece = engine::read_history(*snapshot, described->id, position_,
                                            {1 + around_.random.below(20), 1u << 20}, around_.durable_end());
    if (!piece.has_value()) throw Violation("inconsistent", "the history cannot be read");
    for (const auto& each : piece->publications) ledger_.see(each.offset, std::string(each.publication.data));
    position_ = piece->next_offset;
}

engine::Command TopicClients::command_of(const TopicRequest& request) const {
    return std::visit(Overloaded{
                          [](const PublishRequest& r) -> engine::Command {
                              auto batch = std::make_shared<engine::PublicationBatch>();
                              for (const auto& each : r.publications) {
                                  engine::Publication publication;
                                  publication.subject = each.subject;
                                  publication.data = each.data;
                                  if (!each.deduplication_id.empty())
                                      publication.deduplication_id = each.deduplication_id;
                                  batch->push_back(std::move(publication));
                              }
                              return engine::Publish{topic_name, std::move(batch)};
                          },
                          [&](const PullRequest& r) -> engine::Command {
                              return engine::ReceiveMessages{durable_queue_, r.messages_max, {}, Milliseconds(0), {}};
                          },
                          [&](const AcknowledgeRequest& r) -> engine::Command {
                              engine::DeleteMessages remove{durable_queue_, {}};
                              for (const auto& each : r.pushed) remove.receipt_handles.push_back(each.handle);
                              return remove;
                          },
                      },
                      request);
}

void TopicClients::answered(const TopicRequest& request, const engine::Answer& answer, Timestamp executed_at) {
    if (const auto* publish = std::get_if<PublishRequest>(&request)) return published(*publish, answer);
    if (std::holds_alternative<PullRequest>(request)) return pulled(answer, executed_at);
    const auto& acknowledged = std::get<AcknowledgeRequest>(request).pushed;
    const auto* results = std::get_if<engine::EntryResults>(&answer.body);
    for (std::size_t i = 0; results != nullptr && i < acknowledged.size(); ++i)
        if (results->results.at(i) == Errc::ok) ledger_.confirm_acknowledgement(acknowledged[i].data);
}

void TopicClients::published(const PublishRequest& request, const engine::Answer& answer) {
    const auto* results = std::get_if<engine::PublishResults>(&answer.body);
    for (std::size_t i = 0; i < request.publications.size(); ++i) {
        const auto& each = request.publications[i];
        if (results != nullptr && results->results.at(i).status == Errc::ok)
            ledger_.acknowledge(each, results->results[i]);
        else
            ledger_.refuse(each);
    }
}

void TopicClients::pulled(const engine::Answer& answer, Timestamp executed_at) {
    const auto* messages = std::get_if<engine::Messages>(&answer.body);
    if (messages == nullptr) return;
    for (const auto& message : messages->messages) {
        const auto durable = engine::read_durable_message(message.record);
        if (!durable) throw Violation("inconsistent", "what waits is no publication");
        const std::string data(durable->stored.publication.data);
        around_.note("pushed " + data);
        ledger_.push(data, executed_at, executed_at + acknowledgement_wait);
        ledger_.see(durable->stored.offset, data);
        held_.push_back({data, message.receipt_handle});
    }
}

void TopicClients::lost(const TopicRequest& request) {
    const auto* publish = std::get_if<PublishRequest>(&request);
    if (publish == nullptr) return;
    for (const auto& each : publish->publications) {
        ledger_.lose(each);
        if (!each.deduplication_id.empty()) unanswered_.push_back(each);
    }
}

void TopicClients::told(const std::vector<engine::Published>& news) {
    for (const auto& published : news)
        if (published.offset) ledger_.see(*published.offset, std::string(published.publication().data));
}

void TopicClients::crashed() {
    held_.clear();
    ledger_.forget_holds();
}

std::vector<std::string> TopicClients::messages_in(const store::ReadTransaction& snapshot,
                                                   const engine::QueueName& queue) const {
    std::vector<std::string> bodies;
    for (std::size_t view = 0; view < 3; ++view) {
        const auto messages =
            engine::peek(snapshot, around_.now(), queue, {messages_peeked_max, view == 0, view == 1, view == 2});
        if (!messages.has_value()) throw Violation("inconsistent", queue.name + " cannot be peeked at");
        for (const auto& message : messages->messages) {
            const auto record = engine::decode_message(message.record);
            if (!record) throw Violation("inconsistent", queue.name + " holds a record that cannot be decoded");
            bodies.emplace_back(record->body);
        }
    }
    return bodies;
}

StoredTopic TopicClients::stored(bool messages_expire) const {
    const auto snapshot = around_.snapshot();
    const auto described = engine::describe_topic(*snapshot, topic_name, all_of_it());
    if (!described.has_value()) throw Violation("inconsistent", "the topic cannot be described");
    StoredTopic all;
    all.epoch = described->epoch;
    all.start = described->start_offset;
    all.end = described->end_offset;
    all.kept_max = kept_max_;
    all.messages_expire = messages_expire;
    const auto piece = engine::read_history(*snapshot, described->id, 0, {all.end + 1, ~std::uint64_t{0}}, all_of_it());
    if (!piece.has_value()) throw Violation("inconsistent", "the history cannot be read");
    for (const auto& each : piece->publications) all.history.push_back(stored_of(each));
    const auto retained = engine::read_retained(*snapshot, described->id, "news.>", {}, {messages_peeked_max});
    if (!retained.has_value()) throw Violation("inconsistent", "the last values cannot be read");
    for (const auto& each : retained->publications) all.retained[each.publication.subject] = stored_of(each);
    const auto listed = engine::list_subscriptions(*snapshot, around_.now(), topic_name, {});
    if (!listed.has_value() || listed->subscriptions.size() != feeds.size() + 1)
        throw Violation("inconsistent", "the subscriptions are not all there");
    for (const auto& each : listed->subscriptions)
        all.queues.push_back({each.queue.name, each.pattern, each.kind == engine::SubscriptionKind::durable,
                              messages_in(*snapshot, each.queue), each.delivered});
    return all;
}

bool TopicClients::finish() {
    if (messages_in(*around_.snapshot(), durable_queue_).empty()) return false;
    acknowledge(held_.size());
    pull();
    return true;
}

}  // namespace tern::simulation
