#include "broker/runtime/commit_loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include "broker/runtime/change_recorder.hpp"
#include "broker/runtime/command_weight.hpp"

namespace tern::runtime {
namespace {

using namespace std::chrono_literals;

// LMDB copies pages on write: near the end of the space only small transactions are sure to find enough of them.
constexpr std::size_t entries_per_batch_when_low = 16;
// While space is short nobody else would notice that it came back.
constexpr Milliseconds space_check_interval = 250ms;

// Answers are held in memory until they are durable: past this the rest of a batch goes into the next transaction.
constexpr std::size_t answer_bytes_per_batch = 32u << 20;

// What publications write into subscribed queues, nobody knows before: past this the rest of a batch goes into the next
// transaction, so that only a single request can ever write more than the space that is kept in reserve.
constexpr std::uint64_t fan_out_bytes_per_batch = 8u << 20;

constexpr int exit_code_store_failure = 70;

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
    const auto passed = std::chrono::steady_clock::now() - start;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

const char* name_of(store::SpaceState state) {
    switch (state) {
        case store::SpaceState::plenty: return "plenty";
        case store::SpaceState::low: return "low";
        case store::SpaceState::exhausted: return "exhausted";
    }
    return "unknown";
}

}  // namespace

CommitLoop::CommitLoop(const CommitLoopParts& parts, CommitLoopOptions options)
    : parts_(parts),
      options_(std::move(options)) {}

void CommitLoop::run() {
    try {
        look_at_space();
        while (step()) {
        }
    } catch (const store::StoreFailure& failure) {
        leave(failure.what());
    }
}

/// One batch, or one sleep. False when all is done.
bool CommitLoop::step() {
    const auto batch = parts_.mailbox.take();
    const bool can_catch_up = !postponed_.empty() && space_.state != store::SpaceState::exhausted;
    if (!batch.empty() || something_is_due() || can_catch_up) {
        execute(batch);
        return true;
    }

    if (space_.state == store::SpaceState::exhausted) parts_.engine.end_overdue_waits(parts_.clock.now(), fresh_);
    if (!fresh_.empty()) settle(false, false);

    // What was left undurable had no answers that waited for it, such as expiries. It need not wait for the next
    // commit.
    if (can_be_undone_) settle(false, false);
    if (parts_.mailbox.finished() && parts_.mailbox.empty()) return false;
    parts_.mailbox.wait(sleep_until());
    if (space_.state != store::SpaceState::plenty) look_at_space();
    return true;
}

void CommitLoop::execute(std::span<Envelope> batch) {
    parts_.metrics.commands.add(batch.size());
    do {
        const auto space = look_at_space();
        if (space == store::SpaceState::exhausted) {
            refuse(batch);
            break;
        }
        batch = batch.subspan(transact(batch, space == store::SpaceState::low));
    } while (!batch.empty());
    publish_counters();
}

/// Nothing can be written. What the runtime itself wants is kept for later: it is bounded by the sessions that there
/// were, and what is given back late becomes visible by its timeout at the latest.
void CommitLoop::refuse(std::span<Envelope> batch) {
    for (auto& envelope : batch) {
        if (is_answered(envelope.command)) {
            refuse_for_space(envelope.ticket);
        } else {
            postponed_.push_back(std::move(envelope));
        }
    }
    settle(false, false);
}

/// Runs as many of the commands as one transaction may hold, at least one, and says how many.
std::size_t CommitLoop::transact(std::span<Envelope> commands, bool space_is_low) {
    ChangeRecorder transaction(parts_.store.begin_write());
    parts_.engine.begin_batch(transaction, parts_.clock.now(), parts_.random);
    apply_postponed(space_is_low);
    const auto done = apply(commands, space_is_low);
    parts_.engine.advance(fresh_);
    parts_.engine.end_batch();

    take_news_of_batch(transaction.changed());
    log_lost_members();
    if (transaction.changed()) {
        parts_.metrics.commands_per_commit.add(done);
        commit(transaction);
    } else {
        parts_.metrics.batches_unchanged.add();
    }
    settle(transaction.changed(), done < commands.size());
    return done;
}

std::size_t CommitLoop::apply(std::span<Envelope> commands, bool space_is_low) {
    std::size_t done = 0;
    std::size_t entries = 0;
    std::size_t answers_weighed = fresh_.size();
    std::size_t answer_bytes = 0;
    const auto fan_out_before = fan_out_bytes(parts_.engine.counters());
    const auto has_room = [&] {
        return answer_bytes < answer_bytes_per_batch &&
               fan_out_bytes(parts_.engine.counters()) - fan_out_before < fan_out_bytes_per_batch;
    };
    for (; done < commands.size() && has_room(); ++done) {
        const auto& [ticket, command, frame, bytes] = commands[done];
        if (space_is_low && engine::grows(command)) {
            refuse_for_space(ticket);
            continue;
        }
        entries += entries_in(command);
        if (space_is_low && done > 0 && entries > entries_per_batch_when_low) break;
        parts_.engine.apply(ticket, command, fresh_);
        if (const auto* stream = stream_cut_by(command)) cut_streams_.push_back(*stream);
        for (; answers_weighed < fresh_.size(); ++answers_weighed) answer_bytes += bytes_in(fresh_[answers_weighed]);
    }
    return done;
}

void CommitLoop::apply_postponed(bool space_is_low) {
    const auto count = space_is_low ? std::min(postponed_.size(), entries_per_batch_when_low) : postponed_.size();
    for (std::size_t i = 0; i < count; ++i) {
        parts_.engine.apply(postponed_[i].ticket, postponed_[i].command, fresh_);
    }
    postponed_.erase(postponed_.begin(), postponed_.begin() + static_cast<std::ptrdiff_t>(count));
}

void CommitLoop::refuse_for_space(const engine::Ticket& ticket) {
    fresh_.push_back({ticket, {Errc::storage_full, {}, engine::Nothing{}}});
    parts_.metrics.commands_refused_storage_full.add();
}

/// Writes and flushes; with that flush everything committed before is durable, and its answers leave.
void CommitLoop::commit(store::WriteTransaction& transaction) {
    parts_.durable_ends.before_commit(parts_.engine.appended());
    const auto start = std::chrono::steady_clock::now();
    const auto durability = transaction.commit();
    const bool durable = durability == store::Durability::durable;
    durable ? parts_.durable_ends.after_flush() : parts_.durable_ends.after_commit();
    parts_.metrics.commits.add();
    parts_.metrics.commit_microseconds.add(microseconds_since(start));
    release_held();
    can_be_undone_ = !durable;
    if (options_.unsafe_early_acknowledgement) release(fresh_);
}

/// Decides about the answers at hand after a transaction; the rules stand at the top of the class.
void CommitLoop::settle(bool changed, bool more_in_batch) {
    if (held_.empty()) {
        std::swap(held_, fresh_);
    } else {
        std::move(fresh_.begin(), fresh_.end(), std::back_inserter(held_));
        fresh_.clear();
    }
    held_news_.append(fresh_news_);
    if (can_be_undone_) {
        const bool more_to_commit = more_in_batch || !parts_.mailbox.empty() || something_is_due();
        if (!changed || (!held_.empty() && !more_to_commit)) flush();
    }
    if (!can_be_undone_) release_held();
}

void CommitLoop::flush() {
    const auto start = std::chrono::steady_clock::now();
    parts_.store.flush();
    parts_.durable_ends.after_flush();
    parts_.metrics.flushes.add();
    parts_.metrics.flush_microseconds.add(microseconds_since(start));
    can_be_undone_ = false;
}

void CommitLoop::take_news_of_batch(bool changed) {
    for (const auto& appended : parts_.engine.appended()) fresh_news_.grown.push_back(appended.partition);
    if (changed) fresh_news_.cut = std::exchange(cut_streams_, {});
    cut_streams_.clear();
    fresh_news_.published = parts_.engine.take_published();
    fresh_news_.deleted_topics = parts_.engine.take_deleted_topics();
    fresh_news_.new_endpoints = parts_.engine.take_new_endpoints();
}

void CommitLoop::log_lost_members() {
    for (const auto& [group, member] : parts_.engine.take_lost_members()) {
        parts_.log.error("the stored row of a consumer group's member is damaged; its partitions go to others",
                         {{"group", group.name}, {"namespace", group.namespace_name}, {"member", member}});
    }
}

/// Nothing of what is held can be undone any more.
void CommitLoop::release_held() {
    news_.append(held_news_);
    release(held_);
}

/// What is durable and was not told yet.
std::shared_ptr<const StreamNews> CommitLoop::take_news() {
    if (news_.empty()) return nullptr;
    return std::make_shared<const StreamNews>(std::exchange(news_, {}));
}

/// One hand-over for each I/O thread that has answers, or waits for what has become durable.
void CommitLoop::release(std::vector<engine::Completion>& completions) {
    outboxes_.resize(parts_.answers.io_threads());
    for (auto& completion : completions) outboxes_[completion.ticket.io_thread].push_back(std::move(completion));
    completions.clear();
    const auto news = take_news();
    for (std::uint32_t thread = 0; thread < outboxes_.size(); ++thread) {
        // New endpoints are rare, and known to one thread only: the others look at the news in vain.
        const bool wants_news = news && (!news->new_endpoints.empty() || parts_.answers.wants_stream_news(thread));
        if (outboxes_[thread].empty() && !wants_news) continue;
        parts_.answers.deliver(thread, {std::exchange(outboxes_[thread], {}), wants_news ? news : nullptr});
    }
}

store::SpaceState CommitLoop::look_at_space() {
    const auto space = parts_.store.space();
    const auto before = space_.state;
    space_seen_at_ = parts_.clock.now();
    {
        const std::lock_guard lock(space_mutex_);
        space_ = space;
    }
    if (space.state != before) {
        const auto level = space.state == store::SpaceState::plenty ? LogLevel::info : LogLevel::warning;
        parts_.log.write(level, "storage space changed",
                         {{"now", name_of(space.state)},
                          {"before", name_of(before)},
                          {"file_bytes", space.file_bytes},
                          {"used_bytes", space.used_bytes},
                          {"disk_free_bytes", space.disk_free_bytes}});
    }
    return space.state;
}

store::Space CommitLoop::last_space() const {
    const std::lock_guard lock(space_mutex_);
    return space_;
}

bool CommitLoop::something_is_due() const {
    const auto deadline = parts_.engine.next_deadline();
    if (!deadline || *deadline > parts_.clock.now()) return false;
    // What is due is as due after the restart.
    if (parts_.mailbox.closed()) return false;
    // An exhausted store cannot do what is due: ask again in a while, not at once.
    return space_.state != store::SpaceState::exhausted || parts_.clock.now() >= space_seen_at_ + space_check_interval;
}

std::optional<Clock::SteadyPoint> CommitLoop::sleep_until() const {
    const auto deadline = parts_.engine.next_deadline();
    if (space_.state != store::SpaceState::plenty) {
        const auto check = space_seen_at_ + space_check_interval;
        const bool deadline_first = deadline && *deadline > parts_.clock.now() && *deadline < check;
        return parts_.clock.sleep_until(deadline_first ? *deadline : check);
    }
    if (!deadline) return std::chrono::steady_clock::now() + std::chrono::hours(1);
    return parts_.clock.sleep_until(*deadline);
}

void CommitLoop::publish_counters() {
    const auto& from = parts_.engine.counters();
    auto& to = parts_.metrics;
    to.messages_sent.set(from.messages_sent);
    to.messages_received.set(from.messages_received);
    to.messages_deleted.set(from.messages_deleted);
    to.messages_expired.set(from.messages_expired);
    to.messages_dead_lettered.set(from.messages_dead_lettered);
    to.messages_moved.set(from.messages_moved);
    to.messages_deduplicated.set(from.messages_deduplicated);
    to.messages_damaged.set(from.messages_damaged);
    to.receives_empty.set(from.receives_empty);
    to.refusals.set(from.refusals);
    to.waiting_receives.set(parts_.engine.waiting_receives());
    to.records_appended.set(from.records_appended);
    to.record_bytes_appended.set(from.record_bytes_appended);
    to.batches_duplicate.set(from.batches_duplicate);
    to.records_removed.set(from.records_removed);
    to.offsets_committed.set(from.offsets_committed);
    to.group_rebalances.set(from.group_rebalances);
    to.group_sessions_expired.set(from.group_sessions_expired);
    to.transactions.set(from.transactions);
    to.publications.set(from.publications);
    to.publications_deduplicated.set(from.publications_deduplicated);
    to.deliveries.set(from.deliveries);
    to.deliveries_failed.set(from.deliveries_failed);

    if (from.messages_damaged > damaged_logged_) {
        damaged_logged_ = from.messages_damaged;
        parts_.log.error("stored messages fail their checksum and are not served; `tern check` names them",
                         {{"since_start", from.messages_damaged}});
    }
}

void CommitLoop::leave(std::string_view sentence) {
    parts_.log.critical("the store has failed; leaving at once, the restart is the recovery", {{"reason", sentence}});
    if (options_.on_store_failure) {
        options_.on_store_failure(sentence);
        std::abort();
    }
    // No destructors and no flush: what the disk holds is unknown, and nothing of ours may touch it any more.
    ::_exit(exit_code_store_failure);
}

}  // namespace tern::runtime
