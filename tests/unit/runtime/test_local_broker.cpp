#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "broker/runtime/local_broker.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::runtime {
namespace {

using namespace std::chrono_literals;

/// A session on an I/O thread that remembers its answers; the test waits for them.
class Session final : public AnswerReceiver {
public:
    Session(LocalBroker& broker, IoThread& thread) : broker_(broker), thread_(thread) {
        on_thread([this] { number_ = thread_.add(*this); });
    }
    ~Session() override { leave(); }

    void on_answer(std::uint64_t request, engine::Answer&& answer) override {
        if (leave_on_answer) thread_.remove(number_);
        {
            const std::lock_guard lock(mutex_);
            answers_[request] = std::move(answer);
        }
        arrived_.notify_all();
    }
    void on_shutdown() override {
        shut_down = true;
        thread_.remove(number_);
    }

    void leave() {
        on_thread([this] { thread_.remove(number_); });
    }
    /// Runs on the session's thread, and waits for it; here, once that thread has ended.
    void on_thread(const std::function<void()>& work) {
        if (!thread_.running()) return work();
        std::promise<void> done;
        boost::asio::post(thread_.context(), [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    /// On the session's thread.
    Result<void> submit_here(std::uint64_t request, engine::Command&& command) {
        return broker_.submit({thread_.io_thread(), number_, request}, std::move(command), nullptr, 0);
    }
    Result<void> submit(std::uint64_t request, engine::Command&& command) {
        Result<void> result;
        on_thread([&] { result = submit_here(request, std::move(command)); });
        return result;
    }
    engine::Answer answer(std::uint64_t request) {
        std::unique_lock lock(mutex_);
        REQUIRE(arrived_.wait_for(lock, 10s, [&] { return answers_.contains(request); }));
        return answers_[request];
    }
    std::size_t answer_count() {
        const std::lock_guard lock(mutex_);
        return answers_.size();
    }
    engine::Answer execute(engine::Command&& command) {
        const auto request = ++requests_;
        REQUIRE(submit(request, std::move(command)).has_value());
        return answer(request);
    }
    std::vector<engine::ReceivedMessage> receive(const std::string& queue, Milliseconds wait = 0ms) {
        const auto answer = execute(engine::ReceiveMessages{{"", queue}, 10, {}, wait, {}});
        REQUIRE_EQ(answer.status, Errc::ok);
        return std::get<engine::Messages>(answer.body).messages;
    }
    void send(const std::string& queue) {
        engine::NewMessage message;
        message.body = "a body";
        REQUIRE_EQ(execute(engine::SendMessages{{"", queue}, {message}}).status, Errc::ok);
    }

    std::uint64_t number() const { return number_; }
    bool leave_on_answer = false;
    bool shut_down = false;

private:
    LocalBroker& broker_;
    IoThread& thread_;
    std::uint64_t number_ = 0;
    std::uint64_t requests_ = 1000;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::uint64_t, engine::Answer> answers_;
};

LocalBrokerOptions options_with(std::uint32_t io_threads, MailboxLimits mailbox = {}) {
    LocalBrokerOptions options;
    options.io_threads = io_threads;
    options.mailbox = mailbox;
    return options;
}

struct BrokerFixture {
    explicit BrokerFixture(std::uint32_t io_threads = 2, MailboxLimits mailbox = {})
        : broker(memory, random, log, options_with(io_threads, mailbox)) {
        broker.start();
    }

    std::unique_ptr<Session> session(std::uint32_t thread = 0) {
        return std::make_unique<Session>(broker, broker.io_threads()[thread]);
    }

    store::MemoryStore memory;
    SeededRandom random{1};
    Log log;
    LocalBroker broker;
};

engine::CreateQueue create(const std::string& queue) {
    return {{"", queue}, {}, {}};
}

}  // namespace

TEST_CASE_FIXTURE(BrokerFixture, "answers come to the session that asked, on whichever I/O thread it lives") {
    const auto first = session(0);
    const auto second = session(1);

    CHECK_EQ(first->execute(create("q")).status, Errc::ok);
    second->send("q");
    CHECK_EQ(first->receive("q").size(), 1);
    CHECK_EQ(second->receive("q").size(), 0);
    CHECK_NE(first->number(), second->number());
}

TEST_CASE_FIXTURE(BrokerFixture, "a message on its way to a session that is gone comes back at once, uncounted") {
    const auto stays = session();
    stays->execute(create("q"));
    stays->send("q");
    const auto goes = session();
    goes->on_thread([&] {
        REQUIRE(goes->submit_here(1, engine::ReceiveMessages{{"", "q"}, 10, {}, {}, {}}).has_value());
        broker.io_threads()[0].remove(goes->number());
    });

    const auto received = stays->receive("q", 20s);

    REQUIRE_EQ(received.size(), 1);
    CHECK_EQ(received[0].receive_count, 1);
    CHECK_EQ(broker.metrics().messages_given_back.value(), 1);
    CHECK_EQ(goes->answer_count(), 0);
}

TEST_CASE_FIXTURE(BrokerFixture, "a session that hangs up during a long poll takes no message with it") {
    const auto stays = session();
    stays->execute(create("q"));
    const auto goes = session();
    REQUIRE(goes->submit(1, engine::ReceiveMessages{{"", "q"}, 10, {}, 20s, {}}).has_value());
    goes->leave();

    stays->send("q");

    CHECK_EQ(stays->receive("q").size(), 1);
    CHECK_EQ(broker.metrics().messages_given_back.value(), 0);
}

TEST_CASE_FIXTURE(BrokerFixture, "a session may leave while it is told an answer; the others with it are given back") {
    const auto stays = session();
    stays->execute(create("q"));
    stays->send("q");
    const auto goes = session();
    goes->leave_on_answer = true;
    goes->on_thread([&] {
        REQUIRE(goes->submit_here(1, create("other")).has_value());
        REQUIRE(goes->submit_here(2, engine::ReceiveMessages{{"", "q"}, 10, {}, {}, {}}).has_value());
    });

    CHECK_EQ(stays->receive("q", 20s).size(), 1);
    CHECK_EQ(goes->answer_count(), 1);
}

TEST_CASE_FIXTURE(BrokerFixture, "an answer that its session could not write is given back") {
    const auto one = session();
    one->execute(create("q"));
    one->send("q");
    const auto answer = one->execute(engine::ReceiveMessages{{"", "q"}, 10, {}, {}, {}});

    one->on_thread([&] { broker.io_threads()[0].give_back(engine::Answer(answer)); });

    CHECK_EQ(one->receive("q", 20s).size(), 1);
}

TEST_CASE("giving back is never refused, however full the mailbox is") {
    BrokerFixture fixture(1, {.commands_max = 1});
    const auto one = fixture.session();
    one->execute(create("q"));
    one->send("q");
    const auto answer = one->execute(engine::ReceiveMessages{{"", "q"}, 10, {}, {}, {}});
    one->on_thread([&] {
        std::uint64_t request = 10'000;
        while (one->submit_here(request, create("other")).has_value()) ++request;
        fixture.broker.io_threads()[0].give_back(engine::Answer(answer));
    });

    CHECK_GE(fixture.broker.metrics().commands_refused_overloaded.value(), 1);
    // The mailbox may still be full of what was put.
    while (!one->submit(999, engine::ReceiveMessages{{"", "q"}, 10, {}, 20s, {}}).has_value()) {
    }
    CHECK_EQ(std::get<engine::Messages>(one->answer(999).body).messages.size(), 1);
}

TEST_CASE_FIXTURE(BrokerFixture, "a stop answers what was taken, lets the sessions leave, and takes nothing more") {
    const auto one = session();
    const auto other = session(1);
    one->execute(create("q"));
    one->on_thread([&] {
        for (std::uint64_t i = 0; i < 500; ++i) {
            engine::NewMessage message;
            message.body = "a body";
            REQUIRE(one->submit_here(i, engine::SendMessages{{"", "q"}, {message}}).has_value());
        }
    });

    broker.stop();

    for (std::uint64_t i = 0; i < 500; ++i) CHECK_EQ(one->answer(i).status, Errc::ok);
    CHECK(one->shut_down);
    CHECK(other->shut_down);
    CHECK_EQ(one->submit(501, create("late")).error(), Errc::shutting_down);
    CHECK_FALSE(memory.last_commit_unflushed());
}

TEST_CASE_FIXTURE(BrokerFixture,
                  "messages that are given back while the broker stops are on disk when it has stopped") {
    const auto one = session();
    one->execute(create("q"));
    one->send("q");
    one->on_thread([&] {
        REQUIRE(one->submit_here(1, engine::ReceiveMessages{{"", "q"}, 10, {}, {}, {}}).has_value());
        broker.io_threads()[0].remove(one->number());
    });
    broker.stop();

    LocalBroker again(memory, random, log, options_with(1));
    again.start();
    Session session(again, again.io_threads()[0]);
    const auto received = session.receive("q");

    REQUIRE_EQ(received.size(), 1);
    CHECK_EQ(received[0].receive_count, 1);
}

TEST_CASE("time does not go back over a restart, whatever the wall clock says") {
    store::MemoryStore memory;
    SeededRandom random(1);
    Log log;
    const Timestamp future(
        std::chrono::duration_cast<Milliseconds>((std::chrono::system_clock::now() + 24h).time_since_epoch()).count());
    {
        LocalBroker broker(memory, random, log, options_with(1), std::make_unique<ManualClock>(future));
        broker.start();
        Session(broker, broker.io_threads()[0]).execute(create("q"));
        broker.stop();
    }

    const LocalBroker again(memory, random, log, options_with(1));

    CHECK_GE(again.now(), future);
}

}  // namespace tern::runtime
