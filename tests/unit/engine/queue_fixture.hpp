#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/check.hpp"
#include "broker/engine/audit.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queries.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::test {

using namespace std::chrono_literals;

struct Received {
    engine::MessageId id;
    std::string body;
    std::string handle;
    std::uint32_t receive_count = 0;
    std::uint64_t sequence = 0;
    std::string group;
    std::string dead_letter_source;
};

/// An engine on a store in memory with a clock that is moved by hand. Each command is a batch of its own; after each
/// the tables are checked against each other.
class QueueFixture {
public:
    explicit QueueFixture(engine::EngineLimits limits = {})
        : limits_(limits),
          engine_(std::make_unique<engine::Engine>(limits)) {}

    Timestamp now{1'700'000'000'000};
    engine::QueueName queue{"", "jobs"};

    void advance(Milliseconds by) {
        now = now + by;
        idle();
    }

    /// Batches without commands until nothing more is due.
    void idle() {
        for (int round = 0; round < 10'000; ++round) {
            run({});
            const auto next = engine_->next_deadline();
            if (!next || *next > now) return;
        }
        FAIL("the engine does not come to rest");
    }

    /// As after a restart: nothing but what is stored.
    void restart() {
        engine_ = std::make_unique<engine::Engine>(limits_);
        engine_->open(*store_.begin_read());
    }

    /// Executes commands in one batch and answers their answers, in order of completion.
    std::vector<engine::Completion> run(const std::vector<std::pair<std::uint64_t, engine::Command>>& commands) {
        std::vector<engine::Completion> completions;
        const auto transaction = store_.begin_write();
        engine_->begin_batch(*transaction, now, random_);
        for (const auto& [request, command] : commands) engine_->apply({0, 1, request}, command, completions);
        engine_->advance(completions);
        engine_->end_batch();
        transaction->commit();
        const auto findings = engine::audit(*store_.begin_read());
        CHECK_MESSAGE(findings.empty(), (findings.empty() ? "" : findings.front()));
        return completions;
    }

    engine::Answer call(const engine::Command& command) {
        const auto request = ++last_request_;
        for (auto& completion : run({{request, command}}))
            if (completion.ticket.request == request) return std::move(completion.answer);
        FAIL("the command was not answered");
        return {};
    }

    Errc create(engine::QueueSettingsChange settings = {}, std::vector<engine::QueueTag> tags = {}) {
        return call(engine::CreateQueue{queue, std::move(settings), std::move(tags)}).status;
    }
    Errc create(const std::string& name, engine::QueueSettingsChange settings = {}) {
        return call(engine::CreateQueue{{"", name}, std::move(settings), {}}).status;
    }

    engine::SendResult send(engine::NewMessage message) {
        const auto answer = call(engine::SendMessages{queue, {std::move(message)}});
        if (answer.status != Errc::ok) return {answer.status, {}, 0};
        return std::get<engine::SendResults>(answer.body).results.at(0);
    }
    engine::SendResult send(std::string_view body) { return send(engine::NewMessage{.body = body}); }
    /// To a FIFO queue, with the body as deduplication id unless told otherwise.
    engine::SendResult send(std::string_view body, std::string_view group, std::optional<std::string_view> id = {}) {
        return send(engine::NewMessage{.body = body, .group_id = group, .deduplication_id = id ? *id : body});
    }

    engine::Answer receive_answer(std::int64_t max, std::optional<Milliseconds> timeout = {},
                                  std::string attempt = {}) {
        return call(engine::ReceiveMessages{queue, max, timeout, Milliseconds(0), std::move(attempt)});
    }
    static std::vector<Received> messages_in(const engine::Answer& answer) {
        std::vector<Received> received;
        for (const auto& message : std::get<engine::Messages>(answer.body).messages) {
            const auto record = engine::decode_message(message.record);
            TERN_CHECK(record);
            received.push_back({record->id, std::string(record->body), message.receipt_handle, message.receive_count,
                                message.sequence, std::string(record->group_id), message.dead_letter_source});
        }
        return received;
    }
    std::vector<Received> receive(std::int64_t max = 10, std::optional<Milliseconds> timeout = {},
                                  std::string attempt = {}) {
        return messages_in(receive_answer(max, timeout, std::move(attempt)));
    }
    Received receive_one(std::optional<Milliseconds> timeout = {}) {
        auto received = receive(1, timeout);
        REQUIRE_EQ(received.size(), 1);
        return received.front();
    }
    std::vector<std::string> bodies(const std::vector<Received>& received) {
        std::vector<std::string> texts;
        for (const auto& message : received) texts.push_back(message.body);
        return texts;
    }

    Errc remove(const std::string& handle) {
        const auto answer = call(engine::DeleteMessages{queue, {handle}});
        return answer.status == Errc::ok ? std::get<engine::EntryResults>(answer.body).results.at(0) : answer.status;
    }
    Errc change_visibility(const std::string& handle, Milliseconds timeout) {
        const auto answer = call(engine::ChangeVisibility{queue, {{handle, timeout}}});
        return answer.status == Errc::ok ? std::get<engine::EntryResults>(answer.body).results.at(0) : answer.status;
    }

    engine::QueueDescription describe() {
        auto described = engine::describe_queue(*store_.begin_read(), now, queue);
        REQUIRE(described.has_value());
        return *described;
    }
    /// visible, in flight, delayed
    std::vector<std::uint64_t> counts() {
        const auto counts = describe().counts;
        return {counts.visible, counts.in_flight, counts.delayed};
    }

    engine::Engine& engine() { return *engine_; }
    store::MemoryStore& store() { return store_; }

private:
    engine::EngineLimits limits_;
    store::MemoryStore store_;
    SeededRandom random_{42};
    std::unique_ptr<engine::Engine> engine_;
    std::uint64_t last_request_ = 0;
};

/// The same with a FIFO queue.
class FifoFixture : public QueueFixture {
public:
    explicit FifoFixture(engine::EngineLimits limits = {}) : QueueFixture(limits) { queue.name = "orders.fifo"; }

    Errc create_fifo(engine::QueueSettingsChange settings = {}) {
        settings.fifo = true;
        return create(std::move(settings));
    }
};

using Counts = std::vector<std::uint64_t>;
using Texts = std::vector<std::string>;

}  // namespace tern::test
