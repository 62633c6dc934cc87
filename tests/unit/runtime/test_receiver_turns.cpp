#include <doctest/doctest.h>

#include <functional>
#include <utility>
#include <vector>

#include "broker/runtime/receiver_turns.hpp"

namespace tern::runtime {

namespace {

struct TurnTaker final : AnswerReceiver {
    void on_answer(std::uint64_t, engine::Answer&&) override {}
    void on_answers_told() override {
        ++turns;
        if (then) then();
    }

    int turns = 0;
    std::function<void()> then;
};

struct TurnsFixture {
    TurnsFixture() {
        for (auto& one : receivers) turns.add(one);
    }
    std::size_t told() const {
        std::size_t count = 0;
        for (const auto& one : receivers) count += static_cast<std::size_t>(one.turns);
        return count;
    }

    static constexpr auto step = ReceiverTurns::receivers_per_step;
    std::vector<TurnTaker> receivers{2 * step + 1};
    ReceiverTurns turns;
};

}  // namespace

TEST_CASE_FIXTURE(TurnsFixture, "receivers are told in the order of their touches, some at a time") {
    turns.tell_some();
    CHECK_EQ(told(), step);
    CHECK_EQ(receivers[step - 1].turns, 1);
    CHECK_EQ(receivers[step].turns, 0);
    CHECK_FALSE(turns.empty());

    turns.tell_some();
    turns.tell_some();
    CHECK_EQ(told(), receivers.size());
    CHECK(turns.empty());
}

TEST_CASE_FIXTURE(TurnsFixture, "who is touched again after its turn has another one behind those that wait") {
    turns.tell_some();
    turns.add(receivers[0]);

    turns.tell_some();
    turns.tell_some();
    CHECK_EQ(told(), receivers.size());
    turns.tell_some();
    CHECK_EQ(receivers[0].turns, 2);
    CHECK(turns.empty());
}

TEST_CASE_FIXTURE(TurnsFixture, "who leaves is not told any more, also when another one's turn makes it leave") {
    turns.remove(receivers[3]);
    receivers[0].then = [&] {
        turns.remove(receivers[0]);
        turns.remove(receivers[1]);
    };

    turns.tell_all();

    CHECK_EQ(receivers[0].turns, 1);
    CHECK_EQ(receivers[1].turns, 0);
    CHECK_EQ(receivers[3].turns, 0);
    CHECK_EQ(told(), receivers.size() - 2);
}

TEST_CASE_FIXTURE(TurnsFixture, "telling all tells who is touched meanwhile, too") {
    receivers.back().then = [&, again = true]() mutable {
        if (std::exchange(again, false)) turns.add(receivers.back());
    };

    turns.tell_all();

    CHECK_EQ(receivers.back().turns, 2);
    CHECK(turns.empty());
}

TEST_CASE_FIXTURE(TurnsFixture, "a round that has taken in much is full until it is over") {
    turns.tell_some();
    turns.add(receivers[0]);
    turns.count(ReceiverTurns::bytes_per_round_max - 1);
    CHECK_FALSE(turns.is_full());
    turns.count(1);
    CHECK(turns.is_full());

    turns.tell_some();
    CHECK(turns.is_full());
    // One turn is left, and a step ends with its round.
    turns.tell_some();
    CHECK_EQ(receivers.back().turns, 1);
    CHECK_EQ(receivers[0].turns, 1);
    CHECK_FALSE(turns.is_full());
}

TEST_CASE_FIXTURE(TurnsFixture, "what came in when nobody waits any more holds nobody up") {
    turns.tell_all();
    turns.count(ReceiverTurns::bytes_per_round_max);

    CHECK_FALSE(turns.is_full());
}

}  // namespace tern::runtime
