#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/check.hpp"
#include "broker/base/random_source.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/native/topic_surroundings.hpp"
#include "broker/runtime/durable_ends.hpp"
#include "broker/runtime/topic_subscribers.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::recovery_model {

/// A broker without threads: the engine over a store in memory, and a commit loop and an I/O thread that take their
/// steps when they are told to. A power cut may take the last commit with it, as long as no flush came after.
class RecoveryBroker {
public:
    /// Whoever waits for answers: a session, by number.
    class Receiver {
    public:
        virtual ~Receiver() = default;
        virtual void on_own_answer(std::uint64_t request, engine::Answer&& answer) = 0;
        virtual void on_told() = 0;
    };

    explicit RecoveryBroker(std::uint64_t seed) : random(seed) { restart(); }

    void submit(const engine::Ticket& ticket, engine::Command&& command) {
        mailbox_.emplace_back(ticket, std::move(command));
    }
    /// One batch of the commit thread. What it did is durable after the next one, or after flush.
    void commit() {
        auto transaction = store.begin_write();
        engine->begin_batch(*transaction, now, random);
        std::vector<engine::Completion> fresh;
        for (auto& [ticket, command] : std::exchange(mailbox_, {})) engine->apply(ticket, command, fresh);
        engine->advance(fresh);
        engine->end_batch();
        ends->before_commit(engine->appended());
        transaction->commit();
        ends->after_commit();
        release();
        held_ = std::move(fresh);
        held_news_.published = engine->take_published();
        held_news_.deleted_topics = engine->take_deleted_topics();
    }
    void flush() {
        store.flush();
        ends->after_flush();
        release();
    }
    /// The I/O thread handles what was handed over.
    void hand_over() {
        for (auto& [completions, news] : std::exchange(handed_over_, {})) {
            for (auto& [ticket, answer] : completions) {
                const auto found = receivers.find(ticket.session);
                if (found != receivers.end())
                    found->second->on_own_answer(ticket.request, std::move(answer));
                else if (ticket.session == 0)
                    on_published(ticket.request, answer);
                else
                    give_back(answer);
            }
            hub->deliver(news);
            for (const auto& [session, receiver] : std::map(receivers)) receiver->on_told();
        }
    }
    /// Messages that nobody was told of.
    void give_back(const engine::Answer& answer) {
        const auto* messages = std::get_if<engine::Messages>(&answer.body);
        if (messages == nullptr || messages->messages.empty()) return;
        engine::GiveBackMessages back;
        for (const auto& message : messages->messages) back.receipt_handles.push_back(message.receipt_handle);
        submit({}, std::move(back));
    }
    /// Sessions are gone before.
    void crash(bool lose_last_commit) {
        TERN_CHECK(receivers.empty());
        store.crash(lose_last_commit);
        restart();
    }

    store::MemoryStore store;
    SeededRandom random;
    Timestamp now{1'700'000'000'000};
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<runtime::DurableEnds> ends;
    runtime::Metrics metrics;
    runtime::SubscriberCounts counts{metrics.subscribers};
    std::unique_ptr<runtime::TopicSubscribers> hub;
    std::map<std::uint64_t, Receiver*> receivers;
    /// Answers to session 0, the publisher.
    std::function<void(std::uint64_t request, const engine::Answer& answer)> on_published;

private:
    void restart() {
        mailbox_.clear();
        held_.clear();
        held_news_ = {};
        handed_over_.clear();
        engine = std::make_unique<engine::Engine>();
        engine->open(*store.begin_read());
        ends = std::make_unique<runtime::DurableEnds>();
        hub = std::make_unique<runtime::TopicSubscribers>(metrics, counts);
    }
    void release() {
        runtime::StreamNews news;
        if (hub->watched()) news = std::move(held_news_);
        handed_over_.emplace_back(std::exchange(held_, {}), std::move(news));
        held_news_ = {};
    }

    std::vector<std::pair<engine::Ticket, engine::Command>> mailbox_;
    std::vector<engine::Completion> held_;
    runtime::StreamNews held_news_;
    std::vector<std::pair<std::vector<engine::Completion>, runtime::StreamNews>> handed_over_;
};

}  // namespace tern::recovery_model
