#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/source/partition_reader.hpp"
#include "clients/cpp/source/session.hpp"
#include "tern/stream_consumer.hpp"

namespace tern::detail {

using Records = std::vector<ConsumedRecord>;

/// A consumer of streams. All but `identity` on one strand: one coroutine keeps the membership of the group, one
/// fetches ahead, polls take what is there.
class StreamConsumerState : public std::enable_shared_from_this<StreamConsumerState> {
public:
    StreamConsumerState(std::shared_ptr<Session> session, StreamConsumerOptions options);

    boost::asio::any_io_executor executor() const { return session_->executor(); }
    const boost::asio::strand<boost::asio::any_io_executor>& strand() const { return strand_; }
    GroupName group() const { return {options_.group, options_.namespace_name}; }
    CommitIdentity identity() const;

    // On the strand.
    void poll(std::size_t records_max, std::chrono::milliseconds wait, std::unique_ptr<Completion<Records>> completion);
    void commit(std::unique_ptr<Completion<void>> completion);
    void commit(std::vector<OffsetToCommit> offsets, std::unique_ptr<Completion<void>> completion);
    void position(const StreamPartition& partition, std::unique_ptr<Completion<std::uint64_t>> completion);
    void seek(const StreamPartition& partition, std::uint64_t offset);
    void set_paused(const std::vector<StreamPartition>& partitions, bool paused);
    void rejoin(std::unique_ptr<Completion<void>> completion);
    void close(std::unique_ptr<Completion<void>> completion);
    void abandon();
    /// From any thread, like stopped.
    void stop();
    bool stopped() const { return stopped_; }
    bool commits_automatically() const { return options_.commit_automatically; }

private:
    using SteadyPoint = std::chrono::steady_clock::time_point;
    using Offsets = std::vector<OffsetToCommit>;

    /// An assigned partition.
    struct Source {
        PartitionReader reader;
        /// It is known where to begin.
        bool positioned = false;
        bool paused = false;
        /// Damaged or out of range: nothing more until a seek.
        bool stopped = false;
        /// Grows when what is being fetched has become meaningless.
        std::uint64_t epoch = 0;
        /// What was given by the polls before the last one ends here; what is committed ends there.
        std::uint64_t processed = 0;
        std::uint64_t committed = 0;
    };
    /// What a fetch under way asks for.
    struct Asked {
        StreamPartition partition;
        std::uint64_t epoch = 0;
    };

    // ---- polling (stream_consumer_polling.cpp)
    void begin();
    bool deliver();
    void end_poll(Outcome<Records>&& outcome);
    void count_as_processed();
    Offsets to_commit(bool all) const;
    void commit_when_due();
    boost::asio::awaitable<Outcome<void>> commit_now(Offsets offsets);
    boost::asio::awaitable<Outcome<void>> commit_part(const Offsets& offsets);
    boost::asio::awaitable<void> commit_then(StreamConsumerPointer self, Offsets offsets,
                                             std::unique_ptr<Completion<void>> completion);
    void on_error(const Error& error);
    void stop_source(Source& source, Error error);
    void fail(const Error& error);

    // ---- fetching (stream_consumer_fetching.cpp)
    boost::asio::awaitable<void> fetch_ahead(StreamConsumerPointer self);
    std::vector<FetchPosition> wanted();
    bool wants(const Source& source) const;
    void refetch();
    void on_fetched(std::vector<FetchedPartition>&& partitions);
    void on_out_of_range(const StreamPartition& partition, Source& source, const FetchedPartition& fetched);
    void begin_at(Source& source, std::uint64_t offset);

    // ---- membership (stream_consumer_membership.cpp)
    boost::asio::awaitable<void> keep_membership(StreamConsumerPointer self);
    boost::asio::awaitable<void> read_alone(StreamConsumerPointer self);
    boost::asio::awaitable<bool> join();
    boost::asio::awaitable<void> be_member();
    boost::asio::awaitable<void> give_up_revoked();
    boost::asio::awaitable<void> take_granted();
    boost::asio::awaitable<bool> find_positions();
    boost::asio::awaitable<bool> find_position_alone(StreamPartition partition);
    boost::asio::awaitable<void> leave();
    boost::asio::awaitable<void> pause_for(std::chrono::milliseconds time);
    void accept(GroupAssignment&& assignment);
    void lose_everything(bool told);
    std::vector<StreamPartition> revoked() const;
    std::vector<PartitionSet> owned() const;
    bool knows_positions() const;
    bool hears_on(const Error& error);
    void wake_membership();

    const std::shared_ptr<Session> session_;
    const boost::asio::strand<boost::asio::any_io_executor> strand_;
    const StreamConsumerOptions options_;

    std::atomic<bool> stopped_ = false;
    bool begun_ = false;
    bool closing_ = false;
    /// Coroutines that have not ended.
    int running_ = 0;
    std::optional<Error> fatal_;
    std::optional<Error> pending_error_;
    std::map<StreamPartition, Source> sources_;

    std::unique_ptr<Completion<Records>> polling_;
    std::size_t records_max_ = 0;
    boost::asio::steady_timer poll_timer_;
    std::uint64_t polls_ = 0;
    /// Between a poll that gave records and the next one.
    bool in_work_ = false;
    StreamPartition last_served_;
    SteadyPoint committed_at_;
    bool committing_ = false;

    std::uint64_t fetch_request_ = 0;
    bool fetch_cancelled_ = false;
    std::vector<Asked> asked_;
    std::size_t fetches_ = 0;
    boost::asio::steady_timer fetch_wake_;
    boost::asio::steady_timer fetch_pause_;

    GroupAssignment assignment_;
    std::uint64_t heartbeat_request_ = 0;
    bool rejoining_ = false;
    std::vector<std::unique_ptr<Completion<void>>> rejoined_;
    boost::asio::steady_timer membership_pause_;
    boost::asio::steady_timer ended_;

    mutable std::mutex identity_mutex_;
    CommitIdentity identity_;
};

/// The consumer goes on after these.
bool passes(const Error& error);
/// A commit that failed so cannot succeed later. What the group has given to others by then is theirs.
bool ends_run(const Error& error);

}  // namespace tern::detail
