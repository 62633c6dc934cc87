#include "broker/engine/audit.hpp"

#include <map>
#include <optional>
#include <set>

#include "broker/engine/audit_groups.hpp"
#include "broker/engine/audit_rows.hpp"
#include "broker/engine/audit_streams.hpp"
#include "broker/engine/audit_topics.hpp"
#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/messages.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/schedule.hpp"

namespace tern::engine {
namespace {

using store::Table;

class QueueAudit {
public:
    QueueAudit(const store::ReadTransaction& snapshot, const Queue& queue, std::vector<std::string>& findings)
        : snapshot_(snapshot),
          queue_(queue),
          findings_(findings) {}

    void run() {
        read_messages();
        if (queue_.settings().fifo) {
            check_fifo();
        } else {
            check_standard();
        }
        check_counters();
    }

private:
    void find(const std::string& what) { findings_.push_back("queue " + queue_.row.queue.name + ": " + what); }
    void find(std::uint64_t sequence, const std::string& what) {
        find("message " + std::to_string(sequence) + " " + what);
    }

    void read_messages() {
        walk(snapshot_, Table::queue_messages, keys::storage(queue_.storage()).view(),
             [&](BytesView key, const store::Value& value) {
                 const auto sequence = keys::sequence_of(key);
                 if (sequence >= queue_.counters.next_sequence) find(sequence, "has a sequence that was never given");
                 const auto record = value ? decode_message(value.bytes()) : std::nullopt;
                 if (record) {
                     unscheduled_.emplace(sequence, Bytes(record->group_id));
                 } else {
                     damaged_.insert(sequence);
                 }
             });
    }

    /// Notes that something leads to the message.
    void lead_to(std::uint64_t sequence) {
        if (damaged_.contains(sequence)) return;
        if (unscheduled_.erase(sequence) == 0) find(sequence, "is scheduled twice or has no row");
    }

    void check_standard() {
        walk(snapshot_, Table::queue_schedule, keys::storage(queue_.storage()).view(),
             [&](BytesView key, const store::Value& value) {
                 const auto at = keys::position_of(key);
                 const auto entry = decode_schedule_entry(value.bytes());
                 lead_to(at.sequence);
                 ++(at <= queue_.counters.crossed ? visible_ : entry.in_flight ? in_flight_ : delayed_);
                 check_position(at, entry);
             });
        for (const auto& [sequence, group] : unscheduled_)
            find(sequence, "can never be received: it has no schedule entry");
    }

    void check_position(SchedulePosition at, const ScheduleEntry& entry) {
        const auto stored = snapshot_.get(Table::queue_positions, keys::message(queue_.storage(), at.sequence).view());
        if (stored.absent() == entry.has_position) find(at.sequence, "has a position row, or lacks one, unexpectedly");
        if (stored && load_little<std::int64_t>(stored.bytes().data()) != at.available_at.ms())
            find(at.sequence, "has a position row that leads elsewhere");
        const auto message = read_message(snapshot_, queue_.storage(), at.sequence);
        const bool reachable = entry.has_position || entry.in_flight ||
                               (message.present() && message.record.first_available_at == at.available_at);
        if (message.present() && !reachable) find(at.sequence, "cannot be found from its row");
    }

    void check_fifo() {
        std::map<Bytes, std::uint32_t> groups;
        walk(snapshot_, Table::fifo_order, keys::storage(queue_.storage()).view(),
             [&](BytesView key, const store::Value& value) {
                 const auto entry = decode_fifo_entry(value.bytes());
                 lead_to(keys::sequence_of(key));
                 ++(entry.in_flight ? in_flight_ : visible_);
                 store::KeyReader reader(key);
                 reader.u32();
                 groups[reader.text()] += entry.in_flight ? 1 : 0;
             });
        walk(snapshot_, Table::fifo_delayed, keys::storage(queue_.storage()).view(),
             [&](BytesView key, const store::Value&) {
                 lead_to(keys::sequence_of(key));
                 ++delayed_;
             });
        for (const auto& [sequence, group] : unscheduled_) find(sequence, "can never be received: it is in no group");
        check_groups(groups);
    }

    void check_groups(const std::map<Bytes, std::uint32_t>& groups) {
        std::size_t scheduled = 0;
        walk(snapshot_, Table::queue_schedule, keys::storage(queue_.storage()).view(),
             [&](BytesView key, const store::Value& value) {
                 ++scheduled;
                 const Bytes name(value.bytes());
                 const auto group = fifo::find_group(snapshot_, queue_.storage(), name);
                 const auto at = keys::position_of(key);
                 const bool fits =
                     group && group->row.ordinal == at.sequence &&
                     (group->row.scheduled_at == at.available_at || group->row.release_at == at.available_at);
                 if (!fits) find("group " + name + " has no row that fits its schedule entry");
             });
        std::size_t entries = 0;
        for (const auto& [name, in_flight] : groups) {
            const auto group = fifo::find_group(snapshot_, queue_.storage(), name);
            entries += group && group->row.release_at ? 2 : 1;
            if (!group || group->row.in_flight != in_flight)
                find("group " + name + " has another number in flight than its row says");
        }
        if (scheduled != entries) find("has another number of groups than of schedule entries");
    }

    void check_counters() {
        const auto& counters = queue_.counters;
        const auto compare = [&](const char* what, std::uint64_t counted, std::uint64_t there) {
            if (counted != there)
                find(std::string(what) + " counter is " + std::to_string(counted) + " but there are " +
                     std::to_string(there));
        };
        compare("visible", counters.visible, visible_);
        compare("in flight", counters.in_flight, in_flight_);
        compare("delayed", counters.delayed, delayed_);
    }

    const store::ReadTransaction& snapshot_;
    const Queue& queue_;
    std::vector<std::string>& findings_;
    /// Messages to which nothing has led yet, with their groups.
    std::map<std::uint64_t, Bytes> unscheduled_;
    std::set<std::uint64_t> damaged_;
    std::uint64_t visible_ = 0;
    std::uint64_t in_flight_ = 0;
    std::uint64_t delayed_ = 0;
};

}  // namespace

std::vector<std::string> audit(const store::ReadTransaction& snapshot) {
    std::vector<std::string> findings;
    std::size_t named = 0;
    walk(snapshot, Table::catalog, store::Key().u8(static_cast<std::uint8_t>(keys::CatalogKind::queue)).view(),
         [&](BytesView key, const store::Value& value) {
             ++named;
             const auto queue = read_queue(snapshot, load_little<std::uint32_t>(value.bytes().data()));
             store::KeyReader reader(key);
             reader.u8();
             const QueueName name{reader.text(), Bytes(reader.rest())};
             if (!queue.has_value() || queue->row.queue != name) {
                 findings.push_back("queue " + name.name + ": its settings are missing or damaged");
             } else {
                 QueueAudit(snapshot, *queue, findings).run();
             }
         });
    if (named != snapshot.rows(Table::queues)) findings.push_back("there are settings of queues that have no name");
    audit_streams(snapshot, findings);
    audit_groups(snapshot, findings);
    audit_topics(snapshot, findings);
    return findings;
}

}  // namespace tern::engine
