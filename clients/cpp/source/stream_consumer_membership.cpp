#include <algorithm>
#include <utility>

#include "clients/cpp/source/coroutines.hpp"
#include "clients/cpp/source/stream_consumer_state.hpp"

/// A stream consumer as a member of its group: joins, tells by heartbeats what it works on, takes what it is granted
/// and gives up what it is to give up once nothing of that is in work.
namespace tern::detail {

namespace asio = boost::asio;

namespace {

std::vector<StreamPartition> partitions_of(const std::vector<PartitionSet>& sets) {
    std::vector<StreamPartition> partitions;
    for (const auto& set : sets) {
        for (const auto partition : set.partitions) partitions.push_back({set.stream, partition});
    }
    std::sort(partitions.begin(), partitions.end());
    return partitions;
}

}  // namespace

asio::awaitable<void> StreamConsumerState::keep_membership(StreamConsumerPointer) {
    while (!closing_ && !fatal_) {
        const bool joined = co_await join();
        if (joined) co_await be_member();
        if (rejoining_) co_await leave();
    }
    if (--running_ == 0) ended_.cancel();
}

/// True when it has been joined.
asio::awaitable<bool> StreamConsumerState::join() {
    JoinOptions joining;
    joining.member = assignment_.member;
    joining.instance = options_.instance;
    joining.streams = options_.streams;
    joining.strategy = options_.strategy;
    joining.session_timeout = options_.session_timeout;
    auto operation = join_group(session_->next_id(), group(), joining);
    auto joined = co_await start(session_, std::move(operation), asio::use_awaitable);
    if (joined.has_value()) {
        accept(std::move(*joined));
        // It is a new membership, which is all that was asked for.
        rejoining_ = false;
        for (auto& completion : std::exchange(rejoined_, {})) completion->complete({});
        co_return true;
    }
    const auto error = joined.error();
    if (error.status() == Status::group_member_unknown) assignment_ = {};
    const bool again = passes(error) || error.status() == Status::group_member_unknown;
    on_error(error);
    if (!again) fail(error);
    if (again && !closing_) co_await pause_for(pause_after_an_error);
    co_return false;
}

asio::awaitable<void> StreamConsumerState::be_member() {
    while (!closing_ && !fatal_ && !rejoining_) {
        co_await give_up_revoked();
        co_await take_granted();
        if (closing_ || rejoining_) break;
        HeartbeatOptions beating;
        beating.member = assignment_.member;
        beating.generation = assignment_.generation;
        beating.owned = owned();
        // What has been given up is told at once.
        const bool told = (revoked().empty() || in_work_) && knows_positions();
        beating.wait = told ? options_.session_timeout / 3 : std::chrono::milliseconds(0);
        auto operation = heartbeat(session_->next_id(), group(), beating);
        heartbeat_request_ = operation.id;
        auto answer = co_await start(session_, std::move(operation), asio::use_awaitable);
        heartbeat_request_ = 0;
        if (answer.has_value()) {
            accept(std::move(*answer));
            continue;
        }
        const auto error = answer.error();
        on_error(error);
        if (!hears_on(error)) break;
        const bool cancelled = error.status() == Status::cancelled || error.code() == ConnectionErrc::cancelled;
        if (!cancelled && !closing_) co_await pause_for(pause_after_an_error);
    }
}

/// False when the membership has ended.
bool StreamConsumerState::hears_on(const Error& error) {
    if (passes(error)) return true;
    if (error.status() == Status::group_member_unknown) {
        lose_everything(true);
        assignment_ = {};
        return false;
    }
    lose_everything(true);
    fail(error);
    return false;
}

void StreamConsumerState::accept(GroupAssignment&& assignment) {
    assignment_ = std::move(assignment);
}

std::vector<StreamPartition> StreamConsumerState::revoked() const {
    std::vector<StreamPartition> gone;
    if (options_.group.empty()) return gone;
    const auto assigned = partitions_of(assignment_.assigned);
    for (const auto& [partition, source] : sources_) {
        if (!std::binary_search(assigned.begin(), assigned.end(), partition)) gone.push_back(partition);
    }
    return gone;
}

std::vector<PartitionSet> StreamConsumerState::owned() const {
    std::vector<PartitionSet> sets;
    for (const auto& [partition, source] : sources_) {
        if (sets.empty() || sets.back().stream != partition.stream) sets.push_back({partition.stream, {}});
        sets.back().partitions.push_back(partition.partition);
    }
    return sets;
}

asio::awaitable<void> StreamConsumerState::give_up_revoked() {
    const auto gone = revoked();
    if (gone.empty() || in_work_) co_return;
    if (options_.on_revoked) options_.on_revoked(gone);
    if (options_.commit_automatically) {
        // Also a commit that failed does not keep the partition here: its new owner then reads some records again.
        auto offsets = to_commit(false);
        const auto outcome = co_await commit_now(std::move(offsets));
        if (!outcome.has_value()) on_error(outcome.error());
    }
    for (const auto& partition : gone) sources_.erase(partition);
    deliver();
    refetch();
}

asio::awaitable<void> StreamConsumerState::take_granted() {
    std::vector<StreamPartition> granted;
    for (const auto& partition : partitions_of(assignment_.assigned)) {
        if (sources_.try_emplace(partition).second) granted.push_back(partition);
    }
    if (!granted.empty() && options_.on_granted) options_.on_granted(granted);
    if (knows_positions()) co_return;
    const bool found = co_await find_positions();
    if (!found && !fatal_ && !closing_) co_await pause_for(pause_after_an_error);
}

bool StreamConsumerState::knows_positions() const {
    return std::all_of(sources_.begin(), sources_.end(),
                       [](const auto& entry) { return entry.second.positioned || entry.second.stopped; });
}

/// Where the group has stopped reading. False when it could not be learned yet: the next round asks again.
asio::awaitable<bool> StreamConsumerState::find_positions() {
    auto operation = fetch_offsets(session_->next_id(), group(), owned());
    const auto offsets = co_await start(session_, std::move(operation), asio::use_awaitable);
    if (!offsets.has_value()) {
        const auto error = offsets.error();
        on_error(error);
        if (!passes(error)) fail(error);
        co_return false;
    }
    for (const auto& committed : *offsets) {
        const auto found = sources_.find({committed.stream, committed.partition});
        if (found == sources_.end() || found->second.positioned || found->second.stopped) continue;
        auto& source = found->second;
        if (committed.offset) {
            begin_at(source, *committed.offset);
            source.committed = *committed.offset;
        } else if (options_.start == StartPosition::fail || !committed.end_offset) {
            const auto status = committed.end_offset ? Status::offset_out_of_range : Status::stream_does_not_exist;
            stop_source(source, Error(status, "no offset is committed for " + committed.stream + "/" +
                                                  std::to_string(committed.partition)));
        } else {
            begin_at(source, options_.start == StartPosition::earliest ? committed.start_offset.value_or(0)
                                                                       : *committed.end_offset);
            source.committed = source.reader.position();
        }
        source.processed = source.reader.position();
    }
    deliver();
    refetch();
    co_return true;
}

/// Leaves the group, so that what is still under way in its name is refused.
asio::awaitable<void> StreamConsumerState::leave() {
    lose_everything(false);
    const auto member = std::exchange(assignment_, {}).member;
    if (member.empty()) co_return;
    auto operation = leave_group(session_->next_id(), group(), member);
    const auto left = co_await start(session_, std::move(operation), asio::use_awaitable);
    if (!left.has_value()) on_error(left.error());
}

void StreamConsumerState::lose_everything(bool told) {
    std::vector<StreamPartition> lost;
    for (const auto& [partition, source] : sources_) lost.push_back(partition);
    sources_.clear();
    if (told && !lost.empty() && options_.on_lost) options_.on_lost(lost);
}

void StreamConsumerState::wake_membership() {
    if (heartbeat_request_ != 0) session_->cancel(heartbeat_request_);
    membership_pause_.cancel();
}

asio::awaitable<void> StreamConsumerState::pause_for(std::chrono::milliseconds time) {
    membership_pause_.expires_after(time);
    co_await membership_pause_.async_wait(token);
}

void StreamConsumerState::rejoin(std::unique_ptr<Completion<void>> completion) {
    if (fatal_) return completion->complete(*fatal_);
    if (options_.group.empty() || closing_ || !begun_) return completion->complete({});
    in_work_ = false;
    rejoining_ = true;
    rejoined_.push_back(std::move(completion));
    wake_membership();
}

// ---- without a group

asio::awaitable<void> StreamConsumerState::read_alone(StreamConsumerPointer) {
    for (const auto& start : options_.partitions) {
        auto& source = sources_[{start.stream, start.partition}];
        if (start.offset) begin_at(source, *start.offset);
    }
    refetch();
    for (const auto& start : options_.partitions) {
        const StreamPartition partition{start.stream, start.partition};
        while (!closing_ && !fatal_) {
            const bool found = co_await find_position_alone(partition);
            if (found) break;
            co_await pause_for(pause_after_an_error);
        }
    }
    if (--running_ == 0) ended_.cancel();
}

/// True when there is nothing more to be found out.
asio::awaitable<bool> StreamConsumerState::find_position_alone(StreamPartition partition) {
    const auto needs = [this, &partition] {
        const auto found = sources_.find(partition);
        return found != sources_.end() && !found->second.positioned && !found->second.stopped;
    };
    if (!needs()) co_return true;
    const StreamName stream(partition.stream, options_.namespace_name);
    const StreamPosition where{options_.start == StartPosition::latest ? PositionKind::latest : PositionKind::earliest};
    const std::vector<std::uint32_t> partitions{partition.partition};
    auto operation = find_offsets(session_->next_id(), stream, partitions, where);
    const auto offsets = co_await start(session_, std::move(operation), asio::use_awaitable);
    if (!needs()) co_return true;
    auto& source = sources_[partition];
    if (!offsets.has_value()) {
        const auto error = offsets.error();
        on_error(error);
        if (passes(error)) co_return false;
        stop_source(source, error);
        deliver();
        co_return true;
    }
    if (options_.start == StartPosition::fail || offsets->empty()) {
        stop_source(source, Error(Status::offset_out_of_range, "no offset was given"));
    } else {
        begin_at(source, offsets->front().offset);
    }
    deliver();
    refetch();
    co_return true;
}

}  // namespace tern::detail
