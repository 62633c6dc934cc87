#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <utility>

#include "broker/runtime/local_broker.hpp"
#include "broker/store/memory_store.hpp"
#include "protocol/record_batch.hpp"

namespace tern::runtime {
namespace {

using namespace std::chrono_literals;

/// A session whose fetch waits for the first partition of the first stream; the test waits until it is due.
class WaitingSession final : public AnswerReceiver {
public:
    WaitingSession(LocalBroker& broker, IoThread& thread) : broker_(broker), thread_(thread) {
        on_thread([this] {
            number_ = thread_.add(*this);
            auto& room = thread_.waiting_fetches();
            room.begin_read();
            const auto deadline = broker_.now() + 5s;
            id_ = *room.park({.session = number_, .partitions = {{1, 0}}, .streams = {}, .deadline = deadline});
        });
    }
    ~WaitingSession() override {
        on_thread([this] {
            thread_.waiting_fetches().remove(id_);
            thread_.remove(number_);
        });
    }

    void on_answer(std::uint64_t, engine::Answer&& answer) override { answered_.set_value(answer.status); }
    void on_fetch_due(std::uint64_t id, bool over) override {
        if (id == id_) due_.set_value(over);
    }

    Errc execute(engine::Command&& command, Frame&& frame = nullptr) {
        answered_ = {};
        auto answer = answered_.get_future();
        on_thread([&] {
            REQUIRE(
                broker_.submit({thread_.io_thread(), number_, 1}, std::move(command), std::move(frame), 0).has_value());
        });
        return answer.get();
    }
    /// Whether its time was over when it was due.
    std::future<bool> due() { return due_.get_future(); }

private:
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
    WaitingFetches::Id id_ = 0;
    std::promise<Errc> answered_;
    std::promise<bool> due_;
};

struct FetchingBroker {
    FetchingBroker() : broker(memory, random, log, options(), std::unique_ptr<Clock>(clock)) { broker.start(); }

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

}  // namespace

TEST_CASE_FIXTURE(FetchingBroker, "a fetch that waits is due when its deadline has passed") {
    WaitingSession session(broker, broker.io_threads()[1]);
    auto due = session.due();

    clock->advance(4'999ms);
    broker.io_threads().look_at_deadlines();
    // What was posted before has been done when this has.
    std::promise<void> looked;
    boost::asio::post(broker.io_threads()[1].context(), [&] { looked.set_value(); });
    looked.get_future().wait();
    CHECK(due.wait_for(0s) == std::future_status::timeout);
    clock->advance(1ms);
    broker.io_threads().look_at_deadlines();

    REQUIRE(due.wait_for(10s) == std::future_status::ready);
    CHECK(due.get());
}

TEST_CASE_FIXTURE(FetchingBroker, "a fetch that waits on one thread is due when a session of another appends") {
    WaitingSession waiting(broker, broker.io_threads()[0]);
    WaitingSession appending(broker, broker.io_threads()[1]);
    auto due = waiting.due();
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(0, std::nullopt, "a record");
    engine::NewBatch batch;
    batch.bytes = builder.finish(protocol::Compression::none, {});
    batch.header = *protocol::read_batch_header(batch.bytes);

    REQUIRE_EQ(appending.execute(engine::CreateStream{{"", "s"}, {}}), Errc::ok);
    CHECK(due.wait_for(0s) == std::future_status::timeout);
    REQUIRE_EQ(appending.execute(engine::Append{{"", "s"}, {batch}}), Errc::ok);

    REQUIRE(due.wait_for(10s) == std::future_status::ready);
    CHECK_FALSE(due.get());
    CHECK_EQ(broker.metrics().waiting_fetches.value(), 2);
}

}  // namespace tern::runtime
