#include "broker/frontends/native/session_fetches.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "protocol/limits.hpp"
#include "protocol/record_batch.hpp"

namespace tern::native {

namespace {

/// Of all fetches of a session together: a frame of 5 KB can name a stream a thousand times, of which each takes some
/// 700 bytes while it waits.
constexpr std::size_t positions_waiting_max = 16 * protocol::fetch_entries_max;

/// The offset behind the last batch, or `offset` when there is none.
std::uint64_t end_of(std::string_view batches, std::uint64_t offset) {
    while (const auto header = protocol::read_batch_header(batches)) {
        offset = static_cast<std::uint64_t>(header->next_offset());
        batches.remove_prefix(header->bytes);
    }
    return offset;
}

/// What was read does not reach the partition's end: a limit has stopped it, and waiting would not help.
bool has_more(const engine::FetchPosition& position, const engine::FetchedPartition& partition) {
    return end_of(partition.batches, position.offset) < partition.end_offset;
}

}  // namespace

bool is_enough(const Fetch& fetch, const engine::Fetched& fetched) {
    if (fetched.bytes >= fetch.bytes_min) return true;
    for (std::size_t i = 0; i < fetched.partitions.size(); ++i) {
        if (fetched.partitions[i].status != Errc::ok) return true;
        if (has_more(fetch.positions[i], fetched.partitions[i])) return true;
    }
    return false;
}

Result<std::optional<SessionFetches::Answer>> SessionFetches::begin(std::uint64_t request, Fetch&& fetch) {
    if (fetch.wait <= Milliseconds(0)) {
        auto fetched = surroundings_.read(fetch);
        return std::optional(Answer{request, std::move(fetch), std::move(fetched)});
    }

    if (positions_waiting_ + fetch.positions.size() > positions_waiting_max) return Errc::overloaded;
    auto& room = surroundings_.waiting_fetches();
    room.begin_read();
    auto fetched = surroundings_.read(fetch);
    if (is_enough(fetch, fetched)) {
        room.end_read();
        return std::optional(Answer{request, std::move(fetch), std::move(fetched)});
    }
    runtime::WaitingFetches::Wait wait{surroundings_.session(), {}, {}, surroundings_.now() + fetch.wait};
    for (const auto& partition : fetched.partitions) wait.partitions.push_back(partition.partition);
    for (const auto& position : fetch.positions) wait.streams.push_back(position.stream);
    const auto id = room.park(std::move(wait));
    if (!id.has_value()) return id.error();
    positions_waiting_ += fetch.positions.size();
    waiting_.emplace(*id, Waiting{request, std::move(fetch)});
    return std::optional<Answer>();
}

void SessionFetches::on_due(Id id, bool over) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    found->second.over = found->second.over || over;
    due_.insert(id);
}

std::optional<SessionFetches::Answer> SessionFetches::next_answer() {
    while (!due_.empty()) {
        const auto id = *due_.begin();
        due_.erase(due_.begin());
        auto& [request, fetch, over] = waiting_.at(id);
        // Still registered while it is read: what comes meanwhile makes it due again.
        auto fetched = surroundings_.read(fetch);
        if (!over && !is_enough(fetch, fetched)) continue;
        positions_waiting_ -= fetch.positions.size();
        Answer answer{request, std::move(fetch), std::move(fetched)};
        surroundings_.waiting_fetches().remove(id);
        waiting_.erase(id);
        return answer;
    }
    return std::nullopt;
}

bool SessionFetches::cancel(std::uint64_t request) {
    const auto found =
        std::ranges::find_if(waiting_, [request](const auto& entry) { return entry.second.request == request; });
    if (found == waiting_.end()) return false;
    positions_waiting_ -= found->second.fetch.positions.size();
    surroundings_.waiting_fetches().remove(found->first);
    due_.erase(found->first);
    waiting_.erase(found);
    return true;
}

std::vector<std::uint64_t> SessionFetches::forget_all() {
    std::vector<std::uint64_t> requests;
    for (const auto& [id, waiting] : waiting_) {
        surroundings_.waiting_fetches().remove(id);
        requests.push_back(waiting.request);
    }
    waiting_.clear();
    due_.clear();
    positions_waiting_ = 0;
    return requests;
}

}  // namespace tern::native
