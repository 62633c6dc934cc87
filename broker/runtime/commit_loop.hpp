#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/engine/engine.hpp"
#include "broker/runtime/clock.hpp"
#include "broker/runtime/durable_ends.hpp"
#include "broker/runtime/io_threads.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/mailbox.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/stream_news.hpp"
#include "broker/store/store.hpp"

namespace tern::runtime {

/// What the commit loop works with. All of it outlives the loop.
struct CommitLoopParts {
    store::Store& store;
    engine::Engine& engine;
    Mailbox& mailbox;
    const Clock& clock;
    RandomSource& random;
    AnswerSink& answers;
    Metrics& metrics;
    Log& log;
    DurableEnds& durable_ends;
};

struct CommitLoopOptions {
    /// Releases answers when their own commit returns, which a power cut can betray. Exists only to show that the
    /// crash-image test would notice.
    bool unsafe_early_acknowledgement = false;
    /// Called when the store has failed; must not return. Empty: leaves the process at once with exit code 70.
    std::function<void(std::string_view sentence)> on_store_failure;
};

/// The work of the commit thread: takes batches from the mailbox, runs each in one write transaction, and hands answers
/// out once what they promise is durable.
///
/// When an answer may leave. A commit that says it is durable when it returns, as LmdbStore's does: at once. Otherwise
/// it is whole on disk, but a power cut may undo it until the next flush, which is the one inside the next commit, or
/// Store::flush. So the answers of commit N wait for commit N+1 or, when nothing else is to be done, for a flush of
/// their own.
///
/// A batch that changed nothing (empty receives, refusals) makes no commit: its transaction is dropped and costs no
/// flush. Its answers may still speak of what commit N wrote ("that queue exists", "that message is gone"), so as long
/// as N can be undone they wait together with N's. Since such a batch brings no flush that N could wait for, N is then
/// flushed right away: otherwise an unending row of empty receives would hold N's answers back for ever. When nothing
/// can be undone, they leave at once.
///
/// Records of streams become readable when they are durable, too: what snapshots may see of a commit before that is
/// told by DurableEnds. Fetches that wait for more, and subscribers of topics, learn of it in the same hand-over that
/// brings the answers. Publications that are not stored leave with the answers of their batch, so that a topic's
/// publications keep their order.
class CommitLoop {
public:
    explicit CommitLoop(const CommitLoopParts& parts, CommitLoopOptions options = {});

    /// Works until the mailbox is finished and empty. On the commit thread.
    void run();

    /// As of the last batch. From any thread.
    store::Space last_space() const;

private:
    bool step();
    void execute(std::span<Envelope> batch);
    void refuse(std::span<Envelope> batch);
    void refuse_for_space(const engine::Ticket& ticket);
    std::size_t transact(std::span<Envelope> commands, bool space_is_low);
    std::size_t apply(std::span<Envelope> commands, bool space_is_low);
    void apply_postponed(bool space_is_low);
    void commit(store::WriteTransaction& transaction);
    void settle(bool changed, bool more_in_batch);
    void flush();
    void release(std::vector<engine::Completion>& completions);
    std::shared_ptr<const StreamNews> take_news();
    void release_held();
    void take_news_of_batch(bool changed);
    void log_lost_members();
    store::SpaceState look_at_space();
    bool something_is_due() const;
    std::optional<Clock::SteadyPoint> sleep_until() const;
    void publish_counters();
    void leave(std::string_view sentence);

    const CommitLoopParts parts_;
    const CommitLoopOptions options_;
    /// Answers of the transaction at work, and of those that a power cut could still undo.
    std::vector<engine::Completion> fresh_;
    std::vector<engine::Completion> held_;
    /// What the streams that were cut in the transaction at work are called.
    std::vector<engine::StreamName> cut_streams_;
    /// News of the transaction at work, of those that a power cut could still undo, and of those that can be no more.
    StreamNews fresh_news_;
    StreamNews held_news_;
    StreamNews news_;
    /// True from a commit until the next flush.
    bool can_be_undone_ = false;
    /// Commands of the runtime itself that came while the store was exhausted.
    std::vector<Envelope> postponed_;
    std::vector<std::vector<engine::Completion>> outboxes_;
    std::uint64_t damaged_logged_ = 0;
    Timestamp space_seen_at_;

    /// Written by the commit thread only, which reads it without the lock.
    mutable std::mutex space_mutex_;
    store::Space space_;
};

}  // namespace tern::runtime
