#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/runtime/io_threads.hpp"

namespace tern::runtime {

namespace {

/// A session with a subscription that writes what it was pushed at its turn.
class WritingSession final : public AnswerReceiver, private PublicationReceiver {
public:
    explicit WritingSession(IoThread& thread) : thread_(thread), number_(thread.add(*this)) {
        thread.topic_subscribers().subscribe(1, "t.>", *this);
    }
    ~WritingSession() override {
        thread_.topic_subscribers().unsubscribe("t.>", *this);
        thread_.remove(number_);
    }

    std::uint64_t number() const { return number_; }
    void on_answer(std::uint64_t, engine::Answer&&) override { ++answers; }
    void on_answers_told() override {
        touched_ = false;
        if (!gathered_.empty()) writes.push_back(std::exchange(gathered_, {}));
    }
    void on_shutdown() override { writes_at_shutdown = writes.size(); }

    int answers = 0;
    std::vector<std::string> writes;
    std::size_t writes_at_shutdown = 0;

private:
    void on_publication(SharedPublication& publication) override {
        gathered_ += publication.published().publication().data.front();
        if (!std::exchange(touched_, true)) thread_.touch(*this);
    }
    void on_presence(SharedPresenceChange&) override {}
    void on_topic_deleted() override {}

    IoThread& thread_;
    const std::uint64_t number_;
    std::string gathered_;
    bool touched_ = false;
};

/// An I/O thread whose events the test executes itself, one by one.
struct IoThreadFixture {
    IoThreadFixture() {
        for (std::size_t i = 0; i < 3 * ReceiverTurns::receivers_per_step; ++i)
            sessions.push_back(std::make_unique<WritingSession>(thread));
    }

    void push(const std::string& data, std::vector<engine::Completion>&& completions = {}) {
        auto batch = std::make_shared<engine::PublicationBatch>();
        batch->push_back({"t.a", data, {}, {}, {}});
        auto news = std::make_shared<StreamNews>();
        news->published.push_back({1, offset++, {}, {}, 0, std::move(batch)});
        thread.deliver({std::move(completions), std::move(news)});
    }
    WritingSession& first() { return *sessions.front(); }
    WritingSession& last() { return *sessions.back(); }
    void run() {
        while (thread.context().poll() > 0) {
        }
    }

    Mailbox mailbox{{}};
    Metrics metrics;
    ManualClock clock{Timestamp(1'000'000)};
    SubscriberCounts counts{metrics.subscribers};
    Presence presence{metrics.presence_members};
    IoThread thread{0, {mailbox, metrics, clock, counts, presence}};
    std::vector<std::unique_ptr<WritingSession>> sessions;
    std::uint64_t offset = 0;
};

using Writes = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(IoThreadFixture, "what comes in during the turns leaves with those to come") {
    push("1");
    thread.context().poll_one();
    CHECK(first().writes == Writes{"1"});
    CHECK(last().writes.empty());

    push("2");
    run();

    CHECK(first().writes == Writes{"1", "2"});
    CHECK(last().writes == Writes{"12"});
}

TEST_CASE_FIXTURE(IoThreadFixture, "an answer that comes during the turns does not wait for them") {
    push("1");
    thread.context().poll_one();
    thread.expect_answer(first().number());
    push("2", {{{0, first().number(), 1}, {}}});
    while (first().answers == 0) REQUIRE_EQ(thread.context().poll_one(), 1);

    CHECK(last().writes.empty());
    run();
    CHECK(last().writes == Writes{"12"});
}

TEST_CASE_FIXTURE(IoThreadFixture,
                  "a round that has taken in much lets the rest wait until it is over, answers with it") {
    const std::string long_one(ReceiverTurns::bytes_per_round_max, '2');
    push("1");
    thread.context().poll_one();
    push(long_one);
    thread.expect_answer(first().number());
    push("3", {{{0, first().number(), 1}, {}}});
    while (last().writes.empty()) {
        CHECK_EQ(first().answers, 0);
        REQUIRE_EQ(thread.context().poll_one(), 1);
    }

    CHECK(last().writes == Writes{"12"});
    run();
    CHECK(first().writes == Writes{"1", "23"});
    CHECK(last().writes == Writes{"12", "3"});
    CHECK_EQ(first().answers, 1);
}

TEST_CASE_FIXTURE(IoThreadFixture, "answers without publications do not wait for the end of a round") {
    push("1");
    thread.context().poll_one();
    push(std::string(ReceiverTurns::bytes_per_round_max, '2'));
    thread.expect_answer(first().number());
    thread.deliver({{{{0, first().number(), 1}, {}}}, nullptr});
    while (first().answers == 0) REQUIRE_EQ(thread.context().poll_one(), 1);

    CHECK(last().writes.empty());
}

TEST_CASE_FIXTURE(IoThreadFixture, "everybody has had its turn when the shutdown is told") {
    const std::string long_one(ReceiverTurns::bytes_per_round_max, '2');
    push("1");
    thread.context().poll_one();
    for (const auto& data : {long_one, long_one, std::string("3")}) push(data);
    thread.announce_shutdown();
    run();

    for (const auto& session : sessions) {
        std::string all;
        for (std::size_t i = 0; i < session->writes_at_shutdown; ++i) all += session->writes[i];
        CHECK_EQ(all, "1223");
    }
}

}  // namespace tern::runtime
