#include "broker/runtime/durable_ends.hpp"

#include <algorithm>
#include <optional>

namespace tern::runtime {

void DurableEnds::before_commit(const std::vector<engine::AppendedPartition>& appended) {
    at_work_ = appended;
    if (!at_work_.empty()) publish();
}

void DurableEnds::after_commit() {
    const bool changed = !before_.empty();
    before_ = std::exchange(at_work_, {});
    if (changed) publish();
}

void DurableEnds::after_flush() {
    const bool changed = !before_.empty() || !at_work_.empty();
    before_.clear();
    at_work_.clear();
    if (changed) publish();
}

void DurableEnds::publish() {
    std::shared_ptr<Table> table;
    if (!before_.empty() || !at_work_.empty()) {
        table = std::make_shared<Table>();
        table->reserve(before_.size() + at_work_.size());
        for (const auto& appended : before_) table->emplace_back(appended.partition, appended.end_before);
        for (const auto& appended : at_work_) table->emplace_back(appended.partition, appended.end_before);
        // Offsets grow: of two ends of a partition the older commit's is the lower one, and stands first.
        std::ranges::sort(*table);
    }
    const std::lock_guard lock(mutex_);
    table_ = std::move(table);
}

engine::DurableEnd DurableEnds::durable_end() const {
    std::shared_ptr<const Table> table;
    {
        const std::lock_guard lock(mutex_);
        table = table_;
    }
    return [table = std::move(table)](engine::StreamPartition partition) -> std::optional<std::uint64_t> {
        if (!table) return std::nullopt;
        const auto found = std::ranges::lower_bound(*table, partition, {}, &Table::value_type::first);
        if (found == table->end() || found->first != partition) return std::nullopt;
        return found->second;
    };
}

}  // namespace tern::runtime
