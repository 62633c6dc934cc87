#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tern/client.hpp"
#include "tern/detail/consumed.hpp"
#include "tern/record.hpp"

namespace tern {

struct StreamPartition {
    std::string stream;
    std::uint32_t partition = 0;

    auto operator<=>(const StreamPartition&) const = default;
};

/// Where to begin without a committed offset, or when the offset is not there any more. `fail`: poll ends with
/// offset_out_of_range, until a seek.
enum class StartPosition : std::uint8_t { earliest, latest, fail };

/// A partition to read without a group; without an offset: where StreamConsumerOptions::start says.
struct PartitionStart {
    std::string stream;
    std::uint32_t partition = 0;
    std::optional<std::uint64_t> offset = {};
};

struct StreamConsumerOptions {
    std::string namespace_name = {};
    /// With a group: its members share the partitions of these streams. Empty: exactly `partitions` are read.
    std::string group = {};
    std::vector<std::string> streams = {};
    std::vector<PartitionStart> partitions = {};

    /// A static member: a process that comes back under this name soon enough finds its partitions as they were.
    std::string instance = {};
    AssignmentStrategy strategy = AssignmentStrategy::cooperative_sticky;
    std::chrono::milliseconds session_timeout{10'000};
    StartPosition start = StartPosition::earliest;

    /// Commits, at most once an interval, what the polls before the last one gave; the rest on revocation and close.
    bool commit_automatically = true;
    std::chrono::milliseconds commit_interval{1'000};

    /// Fetched ahead, of all partitions and of one.
    std::size_t prefetch_bytes_max = 32u << 20;
    std::uint32_t partition_bytes_max = 1u << 20;
    /// How long the broker waits for new records before it answers a fetch, up to 20 seconds.
    std::chrono::milliseconds fetch_wait{10'000};

    /// Told on the client's executor when partitions come, and before they are given up: nothing of them is in work
    /// then. `on_lost`: they went without being given up, for the session had expired.
    std::function<void(const std::vector<StreamPartition>&)> on_granted = {};
    std::function<void(const std::vector<StreamPartition>&)> on_revoked = {};
    std::function<void(const std::vector<StreamPartition>&)> on_lost = {};
    /// Told of failures that pass by themselves.
    std::function<void(const Error&)> on_error = {};
};

struct StreamRunOptions {
    std::size_t records_max = 500;
    /// A record whose handler threw is tried again after this; those behind it in its partition wait.
    std::chrono::milliseconds retry_delay{1'000};
    /// Told of every handler that threw.
    std::function<void(const ConsumedRecord&, std::exception_ptr)> on_failure = {};
};

/// Reads streams, at least once: alone, or as a member of a consumer group. A record counts as processed when the next
/// poll begins: only then are partitions given up and offsets committed. Nothing happens before the first poll. One
/// poll at a time; all else from any thread. The client must outlive the consumer.
class StreamConsumer {
public:
    StreamConsumer(Client& client, StreamConsumerOptions options);
    /// Ends without committing and without leaving its group: close does both.
    ~StreamConsumer();
    StreamConsumer(StreamConsumer&&) noexcept = default;

    /// Completes with Outcome<std::vector<ConsumedRecord>>: up to so many records, each partition's in order; none when
    /// nothing came within the wait. Errors: offset_out_of_range and record_batch_damaged (until a seek),
    /// group_member_fenced, and other refusals that no retry can heal.
    template <class Token>
    auto poll(std::size_t records_max, std::chrono::milliseconds wait, Token&& token) {
        return detail::start_on<std::vector<ConsumedRecord>>(
            state_,
            [records_max, wait](const detail::StreamConsumerPointer& state, auto completion) {
                detail::poll(state, records_max, wait, std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// Commits all that polls have given: call it when that is processed. Completes with Outcome<void>.
    template <class Token>
    auto commit(Token&& token) {
        return detail::start_on<void>(
            state_,
            [](const detail::StreamConsumerPointer& state, auto completion) {
                detail::commit(state, std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// Commits these offsets: each the offset of the next record to be processed.
    template <class Token>
    auto commit(std::vector<OffsetToCommit> offsets, Token&& token) {
        return detail::start_on<void>(
            state_,
            [offsets = std::move(offsets)](const detail::StreamConsumerPointer& state, auto completion) mutable {
                detail::commit(state, std::move(offsets), std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// What the group has committed; completes with Outcome<std::vector<CommittedOffset>>.
    template <class Token>
    auto committed(const std::vector<PartitionSet>& partitions, Token&& token) {
        return client_->fetch_offsets(group(), partitions, std::forward<Token>(token));
    }
    /// The offset of the next record that a poll gives; completes with Outcome<std::uint64_t>. Errors:
    /// partition_not_assigned.
    template <class Token>
    auto position(StreamPartition partition, Token&& token) {
        return detail::start_on<std::uint64_t>(
            state_,
            [partition = std::move(partition)](const detail::StreamConsumerPointer& state, auto completion) {
                detail::position(state, partition, std::move(completion));
            },
            std::forward<Token>(token));
    }

    /// From the next poll on. A partition that is not assigned is left alone.
    void seek(StreamPartition partition, std::uint64_t offset);
    /// A paused partition stays assigned, and gives no records.
    void pause(std::vector<StreamPartition> partitions);
    void resume(std::vector<StreamPartition> partitions);

    GroupName group() const;
    /// On whose behalf the records of the last poll are processed: for a transaction that commits their offsets. When
    /// the partitions have gone elsewhere since, the broker refuses it.
    CommitIdentity identity() const;
    /// Leaves the group and joins it anew: what a transaction whose outcome is not known (Execution::perhaps) has not
    /// done by then it never will, and reading goes on from the committed offsets. Completes with Outcome<void>.
    template <class Token>
    auto rejoin(Token&& token) {
        return detail::start_on<void>(
            state_,
            [](const detail::StreamConsumerPointer& state, auto completion) {
                detail::rejoin(state, std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// Commits what the polls before the last one gave (or all, if an empty poll was the last), leaves the group unless
    /// it is a static member, and ends. Completes with Outcome<void>: of the commit.
    template <class Token>
    auto close(Token&& token) {
        return detail::start_on<void>(
            state_,
            [](const detail::StreamConsumerPointer& state, auto completion) {
                detail::close(state, std::move(completion));
            },
            std::forward<Token>(token));
    }

    using Handler = std::function<boost::asio::awaitable<void>(const ConsumedRecord&)>;
    /// Hands each record to the handler, one at a time, and commits (also without commit_automatically) what was
    /// processed. Ends with stop() or an error that poll would end with; the consumer is then closed.
    boost::asio::awaitable<Outcome<void>> run(Handler handler, StreamRunOptions options = {});
    /// Ends the run when the handler at work returns. From any thread.
    void stop();

private:
    Client* client_;
    std::shared_ptr<detail::StreamConsumerState> state_;
};

/// The offsets behind these records, as a commit wants them.
std::vector<OffsetToCommit> offsets_after(const std::vector<ConsumedRecord>& records);

}  // namespace tern
