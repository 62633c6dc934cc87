#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "broker/runtime/io_threads.hpp"
#include "broker/store/store.hpp"

namespace tern::runtime {

/// What happened, in order, and how much of it a power cut could no longer take away.
struct Record {
    std::vector<std::string> events;
    /// Rows of queue_messages, that is, messages sent, in all commits and in those that are durable.
    std::uint64_t messages_committed = 0;
    std::uint64_t messages_durable = 0;
    /// Called when a commit has returned and its flush is about to be asked for.
    std::function<void()> before_flush;
    /// Each commit is durable when it returns; it can be seen before that, when `before_flush` is called.
    bool commits_are_durable = false;

    std::size_t count(const std::string& event) const {
        std::size_t count = 0;
        for (const auto& other : events) count += other == event;
        return count;
    }
};

/// Passes everything on to another store and records its commits and flushes.
class RecordingStore final : public store::Store {
public:
    RecordingStore(store::Store& inner, Record& record) : inner_(inner), record_(record) {}

    std::unique_ptr<store::WriteTransaction> begin_write() override {
        return std::make_unique<Write>(inner_.begin_write(), record_);
    }
    std::unique_ptr<store::ReadTransaction> begin_read() override { return inner_.begin_read(); }
    void flush() override {
        if (record_.before_flush) record_.before_flush();
        inner_.flush();
        record_.messages_durable = record_.messages_committed;
        record_.events.push_back("flush");
    }
    store::Space space() override { return inner_.space(); }
    std::uint64_t backup(const std::string& path) override { return inner_.backup(path); }

private:
    class Write final : public store::WriteTransaction {
    public:
        Write(std::unique_ptr<store::WriteTransaction> inner, Record& record)
            : inner_(std::move(inner)),
              record_(record) {}

        store::Value get(store::Table table, BytesView key) const override { return inner_->get(table, key); }
        std::unique_ptr<store::Cursor> cursor(store::Table table) const override { return inner_->cursor(table); }
        std::uint64_t rows(store::Table table) const override { return inner_->rows(table); }
        void put(store::Table table, BytesView key, BytesView value) override {
            if (table == store::Table::queue_messages) ++messages_;
            inner_->put(table, key, value);
        }
        bool erase(store::Table table, BytesView key) override { return inner_->erase(table, key); }
        store::Durability commit() override {
            const auto durability = inner_->commit();
            // The flush of this commit makes those before it durable, not itself.
            record_.messages_durable = record_.messages_committed;
            record_.messages_committed += messages_;
            record_.events.push_back("commit");
            if (!record_.commits_are_durable) return durability;
            if (record_.before_flush) record_.before_flush();
            record_.messages_durable = record_.messages_committed;
            return store::Durability::durable;
        }

    private:
        std::unique_ptr<store::WriteTransaction> inner_;
        Record& record_;
        std::uint64_t messages_ = 0;
    };

    store::Store& inner_;
    Record& record_;
};

/// Takes the answers instead of the I/O threads.
class RecordingSink final : public AnswerSink {
public:
    explicit RecordingSink(Record& record) : record_(record) {}

    std::uint32_t io_threads() const override { return 1; }
    bool wants_stream_news(std::uint32_t) override { return wants_news; }
    void deliver(std::uint32_t, HandOver&& hand_over) override {
        if (hand_over.news) {
            record_.events.push_back("news");
            news.push_back(*hand_over.news);
        }
        for (auto& completion : hand_over.completions) {
            record_.events.push_back("answer " + std::to_string(completion.ticket.request));
            if (const auto* sent = std::get_if<engine::SendResults>(&completion.answer.body)) {
                messages_acknowledged_ += sent->results.size();
                if (messages_acknowledged_ > record_.messages_durable) ++acknowledged_too_early;
            }
            answers.push_back(std::move(completion));
        }
    }

    /// The answer to that request; ends the test when there is none.
    const engine::Answer& answer(std::uint64_t request) const {
        for (const auto& completion : answers) {
            if (completion.ticket.request == request) return completion.answer;
        }
        throw std::runtime_error("no answer to request " + std::to_string(request));
    }
    bool answered(std::uint64_t request) const {
        for (const auto& completion : answers) {
            if (completion.ticket.request == request) return true;
        }
        return false;
    }

    std::vector<engine::Completion> answers;
    bool wants_news = false;
    std::vector<StreamNews> news;
    std::uint64_t acknowledged_too_early = 0;

private:
    Record& record_;
    std::uint64_t messages_acknowledged_ = 0;
};

}  // namespace tern::runtime
