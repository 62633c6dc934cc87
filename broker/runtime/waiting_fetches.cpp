#include "broker/runtime/waiting_fetches.hpp"

#include <algorithm>

namespace tern::runtime {

WaitingFetches::WaitingFetches(Counter& waiting, std::uint64_t waiting_max, std::function<void()> on_earlier_deadline)
    : waiting_(waiting),
      waiting_max_(waiting_max),
      on_earlier_deadline_(std::move(on_earlier_deadline)) {}

Result<WaitingFetches::Id> WaitingFetches::park(Wait&& wait) {
    if (waiting_.value() >= waiting_max_) {
        end_read();
        return Errc::overloaded;
    }
    waiting_.add();
    const auto id = ++last_id_;
    for (const auto& partition : wait.partitions) by_partition_.emplace(partition, id);
    const auto position = by_deadline_.emplace(wait.deadline, id).first;
    waits_.emplace(id, std::move(wait));
    if (position == by_deadline_.begin()) on_earlier_deadline_();
    return id;
}

void WaitingFetches::remove(Id id) {
    const auto found = waits_.find(id);
    if (found == waits_.end()) return;
    for (const auto& partition : found->second.partitions) by_partition_.erase({partition, id});
    by_deadline_.erase({found->second.deadline, id});
    waits_.erase(found);
    waiting_.subtract();
    end_read();
}

std::vector<WaitingFetches::Due> WaitingFetches::touched_by(const StreamNews& news) const {
    std::vector<Due> due;
    const auto tell = [&](Id id, const Wait& wait) { due.push_back({wait.session, id, false}); };
    for (const auto& partition : news.grown) {
        for (auto it = by_partition_.lower_bound({partition, 0}); it != by_partition_.end(); ++it) {
            if (it->first != partition) break;
            tell(it->second, waits_.at(it->second));
        }
    }
    // Rare: not worth an index.
    for (const auto& stream : news.cut) {
        for (const auto& [id, wait] : waits_) {
            if (std::ranges::find(wait.streams, stream) != wait.streams.end()) tell(id, wait);
        }
    }
    // One that waits for several partitions is told once.
    std::ranges::sort(due, {}, &Due::id);
    // Not by ranges: what that gives, clang 14 (of the fuzz targets) cannot take from the library of g++ 12.
    const auto same = [](const Due& one, const Due& other) { return one.id == other.id; };
    due.erase(std::unique(due.begin(), due.end(), same), due.end());
    return due;
}

std::vector<WaitingFetches::Due> WaitingFetches::overdue(Timestamp now) {
    std::vector<Due> due;
    while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
        const auto id = by_deadline_.begin()->second;
        by_deadline_.erase(by_deadline_.begin());
        due.push_back({waits_.at(id).session, id, true});
    }
    return due;
}

std::optional<Timestamp> WaitingFetches::next_deadline() const {
    if (by_deadline_.empty()) return std::nullopt;
    return by_deadline_.begin()->first;
}

}  // namespace tern::runtime
