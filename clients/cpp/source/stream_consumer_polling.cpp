#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "clients/cpp/source/coroutines.hpp"
#include "clients/cpp/source/stream_consumer_state.hpp"
#include "protocol/limits.hpp"

/// Polls and commits of a stream consumer.
namespace tern::detail {

namespace asio = boost::asio;

bool passes(const Error& error) {
    if (error.is_connection_error()) {
        return error.code() != ConnectionErrc::closed && error.code() != ConnectionErrc::version_refused;
    }
    const auto status = error.status();
    return status == Status::overloaded || status == Status::shutting_down || status == Status::storage_full ||
           status == Status::cancelled;
}

bool ends_run(const Error& error) {
    const auto status = error.status();
    return !passes(error) && status != Status::group_member_unknown && status != Status::group_generation_stale &&
           status != Status::partition_not_assigned;
}

void StreamConsumerState::begin() {
    if (begun_) return;
    begun_ = true;
    running_ = 2;
    const auto self = shared_from_this();
    asio::co_spawn(strand_, options_.group.empty() ? read_alone(self) : keep_membership(self), rethrow);
    asio::co_spawn(strand_, fetch_ahead(self), rethrow);
}

void StreamConsumerState::poll(std::size_t records_max, std::chrono::milliseconds wait,
                               std::unique_ptr<Completion<Records>> completion) {
    if (polling_) end_poll(Records());
    if (fatal_) return completion->complete(*fatal_);
    if (closing_) return completion->complete(Error(ConnectionErrc::closed, {}, Execution::surely_not));
    count_as_processed();
    polling_ = std::move(completion);
    records_max_ = std::max<std::size_t>(records_max, 1);
    begin();
    commit_when_due();
    if (!revoked().empty()) wake_membership();
    if (deliver()) return;
    poll_timer_.expires_after(wait);
    poll_timer_.async_wait([self = shared_from_this(), poll = ++polls_](boost::system::error_code error) {
        if (!error && self->polling_ && poll == self->polls_) self->end_poll(Records());
    });
}

/// Completes the poll when there is something to tell.
bool StreamConsumerState::deliver() {
    if (!polling_) return false;
    if (pending_error_) {
        end_poll(*std::exchange(pending_error_, std::nullopt));
        return true;
    }
    // First what is to be given up is given up, while nothing is in work: the membership comes back here then.
    if (!revoked().empty()) return false;
    Records records;
    // Each poll begins behind the partition that was served last, so that none waits for ever.
    auto next = sources_.upper_bound(last_served_);
    for (std::size_t i = 0; i < sources_.size() && records.size() < records_max_; ++i, ++next) {
        if (next == sources_.end()) next = sources_.begin();
        auto& [partition, source] = *next;
        if (!source.positioned || source.paused || source.stopped) continue;
        const auto before = records.size();
        if (!source.reader.take(partition, records_max_ - before, records)) {
            stop_source(source, Error(Status::record_batch_damaged,
                                      partition.stream + "/" + std::to_string(partition.partition) + " at offset " +
                                          std::to_string(source.reader.position())));
        }
        if (records.size() > before) last_served_ = partition;
    }
    if (records.empty()) return pending_error_ && deliver();
    end_poll(std::move(records));
    refetch();
    return true;
}

void StreamConsumerState::end_poll(Outcome<Records>&& outcome) {
    in_work_ = outcome.has_value() && !outcome->empty();
    if (in_work_) {
        const std::lock_guard lock(identity_mutex_);
        identity_ = {assignment_.member, assignment_.generation};
    }
    poll_timer_.cancel();
    std::exchange(polling_, nullptr)->complete(std::move(outcome));
}

void StreamConsumerState::stop_source(Source& source, Error error) {
    source.stopped = true;
    if (!pending_error_) pending_error_ = std::move(error);
}

/// No retry can heal it.
void StreamConsumerState::fail(const Error& error) {
    if (!fatal_) fatal_ = error;
    if (polling_) end_poll(*fatal_);
    for (auto& completion : std::exchange(rejoined_, {})) completion->complete(*fatal_);
}

void StreamConsumerState::on_error(const Error& error) {
    const bool expected = error.status() == Status::cancelled || error.code() == ConnectionErrc::cancelled;
    if (!expected && !closing_ && options_.on_error) options_.on_error(error);
}

// ---- positions

void StreamConsumerState::seek(const StreamPartition& partition, std::uint64_t offset) {
    const auto found = sources_.find(partition);
    if (found == sources_.end()) return;
    begin_at(found->second, offset);
    refetch();
}

void StreamConsumerState::set_paused(const std::vector<StreamPartition>& partitions, bool paused) {
    for (const auto& partition : partitions) {
        const auto found = sources_.find(partition);
        if (found != sources_.end()) found->second.paused = paused;
    }
    if (!paused && !deliver()) refetch();
}

void StreamConsumerState::position(const StreamPartition& partition,
                                   std::unique_ptr<Completion<std::uint64_t>> completion) {
    const auto found = sources_.find(partition);
    if (found == sources_.end() || !found->second.positioned) {
        return completion->complete(Error(Status::partition_not_assigned));
    }
    completion->complete(found->second.reader.position());
}

// ---- commits

/// A poll, or the end of the processing in a run: all that was given is processed.
void StreamConsumerState::count_as_processed() {
    in_work_ = false;
    for (auto& [partition, source] : sources_) source.processed = source.reader.position();
}

StreamConsumerState::Offsets StreamConsumerState::to_commit(bool all) const {
    Offsets offsets;
    for (const auto& [partition, source] : sources_) {
        const auto offset = all ? source.reader.position() : source.processed;
        if (!source.positioned || offset == source.committed) continue;
        offsets.push_back({partition.stream, partition.partition, offset});
    }
    return offsets;
}

void StreamConsumerState::commit_when_due() {
    if (!options_.commit_automatically || options_.group.empty() || committing_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - committed_at_ < options_.commit_interval) return;
    auto offsets = to_commit(false);
    if (offsets.empty()) return;
    committing_ = true;
    asio::co_spawn(strand_, commit_then(shared_from_this(), std::move(offsets), nullptr), rethrow);
}

/// A request takes so many offsets.
asio::awaitable<Outcome<void>> StreamConsumerState::commit_now(Offsets offsets) {
    if (options_.group.empty()) co_return Error(Status::group_name_invalid, "the consumer has no group");
    if (offsets.empty()) co_return Outcome<void>();
    committed_at_ = std::chrono::steady_clock::now();
    std::optional<Error> refused;
    for (std::size_t first = 0; first < offsets.size(); first += protocol::batch_entries_max) {
        const auto last = std::min(offsets.size(), first + protocol::batch_entries_max);
        const Offsets part(offsets.begin() + static_cast<std::ptrdiff_t>(first),
                           offsets.begin() + static_cast<std::ptrdiff_t>(last));
        const auto committed = co_await commit_part(part);
        if (!committed.has_value() && !refused) refused = committed.error();
    }
    if (refused) co_return *refused;
    co_return Outcome<void>();
}

asio::awaitable<Outcome<void>> StreamConsumerState::commit_part(const Offsets& offsets) {
    const CommitIdentity identity{assignment_.member, assignment_.generation};
    auto operation = commit_offsets(session_->next_id(), group(), identity, offsets);
    const auto results = co_await start(session_, std::move(operation), asio::use_awaitable);
    if (!results.has_value()) co_return results.error();
    std::optional<Error> refused;
    for (std::size_t i = 0; i < results->size() && i < offsets.size(); ++i) {
        const auto& result = (*results)[i];
        const auto found = sources_.find({offsets[i].stream, offsets[i].partition});
        if (!result.ok()) {
            refused = Error(result.status, offsets[i].stream + "/" + std::to_string(offsets[i].partition));
        } else if (found != sources_.end()) {
            found->second.committed = offsets[i].offset;
        }
    }
    if (refused) co_return *refused;
    co_return Outcome<void>();
}

asio::awaitable<void> StreamConsumerState::commit_then(StreamConsumerPointer, Offsets offsets,
                                                       std::unique_ptr<Completion<void>> completion) {
    auto outcome = co_await commit_now(std::move(offsets));
    if (completion) {
        completion->complete(std::move(outcome));
    } else {
        committing_ = false;
        if (!outcome.has_value()) on_error(outcome.error());
    }
}

void StreamConsumerState::commit(std::unique_ptr<Completion<void>> completion) {
    count_as_processed();
    commit(to_commit(true), std::move(completion));
}

void StreamConsumerState::commit(Offsets offsets, std::unique_ptr<Completion<void>> completion) {
    // Later commits of the consumer's own must not fall behind it.
    for (const auto& offset : offsets) {
        const auto found = sources_.find({offset.stream, offset.partition});
        if (found != sources_.end()) found->second.processed = offset.offset;
    }
    asio::co_spawn(strand_, commit_then(shared_from_this(), std::move(offsets), std::move(completion)), rethrow);
}

}  // namespace tern::detail
