#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/subject.hpp"
#include "broker/frontends/native/session_subscriptions.hpp"
#include "broker/runtime/presence.hpp"
#include "tests/unit/native/recovery_broker.hpp"
#include "tests/unit/native/text_writer.hpp"

/// Publishers, subscribers that lose their connection and read slowly, power cuts, and a history that is cut short, in
/// any order: every subscriber must see each publication that its pattern matches once, in order, or in a gap that it
/// is told.
namespace tern::native {

namespace {

/// What is published, as the publisher was told: by offset.
struct Truth {
    struct Entry {
        std::string subject;
        std::string data;
    };
    std::map<std::uint64_t, Entry> publications;

    /// The first offset from `from` up to before `to` of something that the pattern matches.
    std::optional<std::uint64_t> first_match(const std::string& pattern, std::uint64_t from, std::uint64_t to) const {
        for (auto it = publications.lower_bound(from); it != publications.end() && it->first < to; ++it) {
            if (engine::matches(pattern, it->second.subject)) return it->first;
        }
        return std::nullopt;
    }
};

/// A client with one subscription, and the session that serves it.
class Subscriber final : private TopicSurroundings, private RecoveryBroker::Receiver {
public:
    Subscriber(RecoveryBroker& broker, const Truth& truth, std::uint64_t number, std::string pattern)
        : broker_(broker),
          truth_(truth),
          number_(number),
          pattern_(std::move(pattern)) {}

    bool connected() const { return subscriptions_ != nullptr; }
    std::optional<std::uint64_t> next() const { return next_; }
    std::uint64_t gaps() const { return gaps_; }

    void connect() {
        outbox_ = std::make_unique<Outbox>();
        PushLimits limits;
        limits.bytes_max = 400;
        limits.replay_bytes_max = 300;
        TopicSurroundings& surroundings = *this;
        subscriptions_ = std::make_unique<SessionSubscriptions>(surroundings, writer_, *outbox_, limits);
        session_ = ++sessions * 100 + number_;
        broker_.receivers[session_] = this;
        Subscribe wish;
        wish.pattern = pattern_;
        wish.start.from = next_ ? StartFrom::offset : StartFrom::earliest;
        wish.start.offset = next_.value_or(0);
        wish.start.epoch = epoch_;
        TERN_CHECK(subscriptions_->subscribe(1, std::move(wish)).status == Errc::ok);
    }
    void disconnect() {
        if (!connected()) return;
        broker_.receivers.erase(session_);
        subscriptions_.reset();
        outbox_.reset();
        unread_.clear();
    }
    /// Reads a part of what there is.
    void read(std::size_t bytes_max) {
        if (!connected()) return;
        std::string bytes;
        for (const auto piece : outbox_->next_pieces(1)) bytes += piece;
        bytes.resize(std::min(bytes.size(), bytes_max));
        outbox_->written(bytes.size());
        unread_ += bytes;
        subscriptions_->proceed();
        for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
            see(unread_.substr(0, end));
            unread_.erase(0, end + 1);
        }
    }
    /// A power cut takes nothing back that somebody has seen: no offset means two things.
    bool saw_the_truth() const {
        return std::ranges::all_of(seen_, [this](const auto& entry) {
            const auto known = truth_.publications.find(entry.first);
            // The answer to its publisher may be lost, and its offset is never used again.
            return known == truth_.publications.end() ||
                   (known->second.data == entry.second.data && known->second.subject == entry.second.subject);
        });
    }
    bool all_read() const { return outbox_->empty(); }

private:
    void see(const std::string& line) {
        std::istringstream words(line);
        std::string id, kind, word;
        words >> id >> kind;
        if (kind == "subscribed") return see_subscribed(words);
        if (kind == "pub") return see_publication(words);
        REQUIRE_MESSAGE(kind == "gap", line);
        std::uint64_t from = 0, to = 0;
        words >> from >> word >> to;
        REQUIRE_LE(next_.value_or(0), to);
        CHECK_EQ(truth_.first_match(pattern_, *next_, from), std::nullopt);
        next_ = std::max(*next_, to);
        ++gaps_;
    }
    void see_subscribed(std::istringstream& words) {
        std::string topic, at, rest;
        words >> topic >> at;
        std::getline(words, rest);
        const auto offset = std::stoull(at.substr(1));
        if (rest.empty() && next_) CHECK_EQ(offset, *next_);
        // The gap that tells what is missing follows; nothing that we have seen comes again.
        if (next_) CHECK_GE(offset, *next_);
        if (!next_) next_ = offset;
    }
    void see_publication(std::istringstream& words) {
        std::string subject, at, data;
        words >> subject >> at >> data;
        const auto offset = std::stoull(at.substr(1));
        REQUIRE(next_);
        REQUIRE_GE(offset, *next_);
        CHECK_EQ(truth_.first_match(pattern_, *next_, offset), std::nullopt);
        // Compared at the end: it is pushed when it is durable, and its publisher may learn of it a moment later.
        seen_.emplace_back(offset, Truth::Entry{subject, data});
        next_ = offset + 1;
    }

    Result<void> submit_own(std::uint64_t request, engine::Command&& command) override {
        broker_.submit({0, session_, request}, std::move(command));
        return {};
    }
    void give_back(engine::Answer&&) override {}
    Result<engine::HistoryPiece> read_history(std::uint32_t topic, std::uint64_t offset,
                                              const engine::HistoryLimits& limits) override {
        const auto snapshot = broker_.store.begin_read();
        return engine::read_history(*snapshot, topic, offset, limits, broker_.ends->durable_end());
    }
    Result<std::uint64_t> find_in_history(std::uint32_t topic, Timestamp time) override {
        const auto snapshot = broker_.store.begin_read();
        return engine::find_in_history(*snapshot, topic, time, broker_.ends->durable_end());
    }
    Result<std::vector<engine::StoredPublication>> read_retained(std::uint32_t, const std::string&,
                                                                 std::size_t) override {
        return std::vector<engine::StoredPublication>();
    }
    runtime::TopicSubscribers& topic_subscribers() override { return *broker_.hub; }
    runtime::Presence& presence() override { return presence_; }
    void presence_changed() override {}
    runtime::Metrics& metrics() override { return broker_.metrics; }
    void touch() override {}
    void ask_for_turn() override {}
    Timestamp now() const override { return broker_.now; }
    void on_own_answer(std::uint64_t request, engine::Answer&& answer) override {
        if (const auto* opened = std::get_if<engine::TopicOpened>(&answer.body)) epoch_ = opened->epoch;
        subscriptions_->on_own_answer(request, std::move(answer));
    }
    void on_told() override { subscriptions_->on_told(); }

    static inline std::uint64_t sessions = 0;

    RecoveryBroker& broker_;
    const Truth& truth_;
    const std::uint64_t number_;
    const std::string pattern_;
    std::uint64_t session_ = 0;
    runtime::Counter members_;
    runtime::Presence presence_{members_};
    TextWriter writer_;
    std::unique_ptr<Outbox> outbox_;
    std::unique_ptr<SessionSubscriptions> subscriptions_;
    std::string unread_;
    std::string epoch_;
    /// What it has seen up to; it keeps that when it loses its connection.
    std::optional<std::uint64_t> next_;
    std::uint64_t gaps_ = 0;
    std::vector<std::pair<std::uint64_t, Truth::Entry>> seen_;
};

struct Run {
    explicit Run(std::uint64_t seed) : random(seed), broker(seed + 1) {
        broker.on_published = [this](std::uint64_t request, const engine::Answer& answer) {
            const auto* results = std::get_if<engine::PublishResults>(&answer.body);
            if (!results) return;
            const auto node = asked.extract(request);
            for (std::size_t i = 0; i < results->results.size(); ++i) {
                REQUIRE_EQ(results->results[i].status, Errc::ok);
                const auto& publication = (*node.mapped())[i];
                truth.publications[*results->results[i].offset] = {publication.subject, publication.data};
            }
        };
        engine::CreateTopic create;
        create.topic = {"", "t"};
        create.settings.history_publications = 60;
        broker.submit({0, 0, 0}, std::move(create));
        broker.commit();
        broker.flush();
        for (const auto* pattern : {"t.>", "t.a", "t.*.b", "t.b.>"}) {
            subscribers.push_back(std::make_unique<Subscriber>(broker, truth, subscribers.size(), pattern));
        }
    }
    ~Run() {
        for (auto& subscriber : subscribers) subscriber->disconnect();
    }

    void publish() {
        static const std::vector<std::string> subjects = {"t.a", "t.b", "t.a.b", "t.b.b", "t.b.c.d"};
        auto batch = std::make_shared<engine::PublicationBatch>();
        for (auto left = 1 + random.below(4); left > 0; --left) {
            batch->push_back({subjects[random.below(subjects.size())], "d" + std::to_string(++published), {}, {}, {}});
        }
        asked.emplace(++requests, batch);
        broker.submit({0, 0, requests}, engine::Publish{{"", "t"}, batch, false});
    }
    void crash() {
        for (auto& subscriber : subscribers) subscriber->disconnect();
        asked.clear();
        broker.crash(random.below(2) == 0);
    }
    void step() {
        auto& subscriber = *subscribers[random.below(subscribers.size())];
        // In the busy stretches subscribers fall behind, in the others they catch up and wait for the next publication.
        if (random.below(60) == 0) busy = !busy;
        if (!busy && random.below(10) == 0) publish();
        switch (random.below(20)) {
            case 0:
            case 1: subscriber.disconnect(); break;
            case 2:
            case 3:
            case 4:
                if (!subscriber.connected()) subscriber.connect();
                break;
            case 5: broker.flush(); break;
            case 6:
            case 7: broker.commit(); break;
            case 8:
            case 9: broker.hand_over(); break;
            case 10:
                if (random.below(15) == 0) crash();
                break;
            case 11: broker.now = broker.now + Milliseconds(1'000); break;
            case 12:
            case 13:
            case 14:
                if (busy) publish();
                break;
            default:
                for (auto times = random.below(4); times > 0; --times) subscriber.read(random.below(1'000));
                break;
        }
    }
    /// Lets everyone read to the end.
    void settle() {
        for (int round = 0; round < 3; ++round) {
            for (auto& subscriber : subscribers) {
                if (!subscriber->connected()) subscriber->connect();
            }
            broker.commit();
            broker.flush();
            broker.hand_over();
            for (auto& subscriber : subscribers) {
                do {
                    subscriber->read(1'000'000);
                } while (!subscriber->all_read());
            }
        }
    }

    SeededRandom random;
    bool busy = false;
    Truth truth;
    RecoveryBroker broker;
    std::map<std::uint64_t, std::shared_ptr<const engine::PublicationBatch>> asked;
    std::uint64_t requests = 0;
    std::uint64_t published = 0;
    std::vector<std::unique_ptr<Subscriber>> subscribers;
};

}  // namespace

TEST_CASE("every subscriber sees each publication once and in order, or a gap that it is told") {
    std::uint64_t gaps = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Run run(seed);
        for (int i = 0; i < 1'500; ++i) run.step();
        run.settle();
        for (const auto& subscriber : run.subscribers) {
            // What comes after what it has seen is of no concern to it.
            CHECK(subscriber->next().has_value());
            CHECK(subscriber->saw_the_truth());
            gaps += subscriber->gaps();
        }
        const auto end = run.truth.publications.empty() ? 0 : run.truth.publications.rbegin()->first + 1;
        CHECK_GE(*run.subscribers.front()->next(), end);
        CHECK_EQ(run.broker.metrics.subscribers_behind.value(), 0);
    }
    // The runs have gone through what they are for.
    CHECK_GT(gaps, 0);
}

}  // namespace tern::native
