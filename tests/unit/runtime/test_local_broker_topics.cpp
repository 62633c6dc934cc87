#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "broker/runtime/local_broker.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::runtime {
namespace {

using namespace std::chrono_literals;

/// A session on an I/O thread with a subscription to a topic; the test waits for what it is told.
class SubscribedSession final : public AnswerReceiver, private PublicationReceiver {
public:
    SubscribedSession(LocalBroker& broker, IoThread& thread) : broker_(broker), thread_(thread) {
        on_thread([this] { number_ = thread_.add(*this); });
    }
    ~SubscribedSession() override {
        on_thread([this] {
            thread_.topic_subscribers().unsubscribe("t.>", *this);
            thread_.remove(number_);
        });
    }

    engine::Answer execute(engine::Command&& command) {
        answered_ = {};
        auto answer = answered_.get_future();
        on_thread([&] {
            REQUIRE(broker_.submit({thread_.io_thread(), number_, 1}, std::move(command), nullptr, 0).has_value());
        });
        return answer.get();
    }
    void subscribe(std::uint32_t topic) {
        on_thread([&] { thread_.topic_subscribers().subscribe(topic, "t.>", *this); });
    }
    void enter(std::uint32_t topic, const std::string& member) {
        on_thread([&] {
            broker_.presence().enter(topic, member, {}, broker_.now());
            thread_.presence_changed();
        });
    }
    std::future<std::string> published() { return published_.get_future(); }
    std::future<std::string> joined() { return joined_.get_future(); }

    void on_answer(std::uint64_t, engine::Answer&& answer) override { answered_.set_value(std::move(answer)); }
    void on_answers_told() override {
        if (!data_.empty()) published_.set_value(std::exchange(data_, {}));
    }

private:
    void on_publication(SharedPublication& publication) override {
        data_ += publication.published().publication().data;
        thread_.touch(*this);
    }
    void on_presence(SharedPresenceChange& change) override { joined_.set_value(change.change.joined.at(0).member); }
    void on_topic_deleted() override {}

    template <class Work>
    void on_thread(Work work) {
        std::promise<void> done;
        boost::asio::post(thread_.context(), [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    LocalBroker& broker_;
    IoThread& thread_;
    std::uint64_t number_ = 0;
    std::string data_;
    std::promise<engine::Answer> answered_;
    std::promise<std::string> published_;
    std::promise<std::string> joined_;
};

struct TopicBroker {
    TopicBroker() : broker(memory, random, log, options(), std::unique_ptr<Clock>(clock)) { broker.start(); }

    static LocalBrokerOptions options() {
        LocalBrokerOptions options;
        options.io_threads = 2;
        return options;
    }

    store::MemoryStore memory;
    SeededRandom random{1};
    Log log;
    ManualClock* const clock = new ManualClock(Timestamp(1'000'000));
    LocalBroker broker;
};

engine::Publish publish(const std::string& data) {
    auto batch = std::make_shared<engine::PublicationBatch>();
    batch->push_back({"t.a", data, {}, {}, {}});
    return {{"", "t"}, std::move(batch), false};
}

}  // namespace

TEST_CASE_FIXTURE(TopicBroker, "a subscriber on one thread is told what a session of another publishes") {
    SubscribedSession subscriber(broker, broker.io_threads()[0]);
    SubscribedSession publisher(broker, broker.io_threads()[1]);
    const auto opened = subscriber.execute(engine::EnsureTopic{{"", "t"}});
    REQUIRE_EQ(opened.status, Errc::ok);
    subscriber.subscribe(std::get<engine::TopicOpened>(opened.body).topic);
    auto published = subscriber.published();

    REQUIRE_EQ(publisher.execute(publish("hello")).status, Errc::ok);

    REQUIRE(published.wait_for(10s) == std::future_status::ready);
    CHECK_EQ(published.get(), "hello");
    CHECK_EQ(broker.metrics().subscribers.value(), 1);
}

TEST_CASE_FIXTURE(TopicBroker, "changes of presence are told on all threads") {
    SubscribedSession watcher(broker, broker.io_threads()[0]);
    SubscribedSession member(broker, broker.io_threads()[1]);
    watcher.subscribe(7);
    auto joined = watcher.joined();

    member.enter(7, "anna");
    clock->advance(PresenceBook::interval);
    broker.io_threads().look_at_deadlines();

    REQUIRE(joined.wait_for(10s) == std::future_status::ready);
    CHECK_EQ(joined.get(), "anna");
    CHECK_EQ(broker.metrics().presence_members.value(), 1);
}

}  // namespace tern::runtime
