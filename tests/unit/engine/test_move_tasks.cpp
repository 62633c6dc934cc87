#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {

class MoveFixture : public QueueFixture {
public:
    MoveFixture() {
        create("dead");
        create({.redrive_policy = engine::RedrivePolicy{"dead", 1}});
    }

    /// Sends messages and lets them fail into the dead-letter queue.
    void fail(int count) {
        for (int i = 0; i < count; ++i) send("job " + std::to_string(i));
        while (!receive(10, 0s).empty()) {
        }
        REQUIRE_EQ(engine::describe_queue(*store().begin_read(), now, {"", "dead"})->counts.visible, count);
    }
    engine::Answer start(std::optional<std::string> to = {}, std::optional<std::int64_t> rate = {}) {
        std::optional<engine::QueueName> destination;
        if (to) destination = engine::QueueName{"", *to};
        return call(engine::StartMove{{"", "dead"}, destination, rate});
    }
    engine::MoveTaskDescription latest() {
        const auto tasks = engine::list_moves(*store().begin_read(), {"", "dead"}, 1);
        REQUIRE(tasks.has_value());
        REQUIRE_EQ(tasks->size(), 1);
        return tasks->front();
    }
};

TEST_CASE_FIXTURE(MoveFixture, "messages go back to where they came from, as new ones") {
    fail(3);

    CHECK_EQ(start().status, Errc::ok);
    idle();

    CHECK_EQ(latest().status, engine::MoveStatus::completed);
    CHECK_EQ(latest().moved, 3);
    CHECK_EQ(counts(), Counts{3, 0, 0});
    CHECK_EQ(receive_one().receive_count, 1);
}

TEST_CASE_FIXTURE(MoveFixture, "a rate is kept, and a task can be cancelled") {
    fail(30);
    const auto answer = start("jobs", 10);
    idle();
    CHECK_EQ(latest().moved, 1);

    advance(1s);
    CHECK_EQ(latest().moved, 11);
    CHECK_EQ(start().status, Errc::move_already_running);
    const auto task = std::get<engine::MoveStarted>(answer.body).task;
    const auto cancelled = call(engine::CancelMove{task});
    CHECK_EQ(std::get<engine::MoveCancelled>(cancelled.body).moved, 11);
    advance(10s);

    CHECK_EQ(latest().status, engine::MoveStatus::cancelled);
    CHECK_EQ(counts(), Counts{11, 0, 0});
    CHECK_EQ(call(engine::CancelMove{task}).status, Errc::move_task_not_running);
    CHECK_EQ(call(engine::CancelMove{"garbage"}).status, Errc::move_task_invalid);
}

TEST_CASE_FIXTURE(MoveFixture, "a task goes on after a restart") {
    fail(10);
    start({}, 1);
    idle();
    restart();

    advance(20s);

    CHECK_EQ(latest().status, engine::MoveStatus::completed);
    CHECK_EQ(counts(), Counts{10, 0, 0});
}

TEST_CASE_FIXTURE(MoveFixture, "a task whose destination is gone fails and loses nothing") {
    fail(3);
    start({}, 1);
    idle();
    call(engine::DeleteQueue{queue});

    advance(5s);

    CHECK_EQ(latest().status, engine::MoveStatus::failed);
    CHECK_EQ(latest().failure, "AWS.SimpleQueueService.NonExistentQueue");
    queue.name = "dead";
    CHECK_EQ(counts(), Counts{2, 0, 0});
}

TEST_CASE_FIXTURE(MoveFixture, "moves that make no sense are refused") {
    CHECK_EQ(call(engine::StartMove{{"", "nobody"}, {}, {}}).status, Errc::move_source_does_not_exist);
    CHECK_EQ(call(engine::StartMove{queue, {}, {}}).status, Errc::move_source_not_dead_letter);
    CHECK_EQ(start("nobody").status, Errc::move_destination_does_not_exist);
    CHECK_EQ(start("dead").status, Errc::move_destination_invalid);
    CHECK_EQ(start("jobs", 501).status, Errc::move_rate_invalid);
    CHECK_EQ(start("jobs", 0).status, Errc::move_rate_invalid);
}

}  // namespace tern::test
