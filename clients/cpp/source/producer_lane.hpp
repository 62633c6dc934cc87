#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tern/detail/request.hpp"
#include "tern/record.hpp"
#include "tern/stream.hpp"

namespace tern::detail {

using SteadyPoint = std::chrono::steady_clock::time_point;

/// Records whose senders wait for their own outcome: their place in the batch, and whom to tell.
using RecordCompletions = std::vector<std::pair<std::uint32_t, std::unique_ptr<Completion<Appended>>>>;

/// A batch that has left the gathering: from then on its records stay together and in order.
struct ProducedBatch {
    std::uint64_t number = 0;
    /// One batch, in the form in which it is appended.
    std::vector<BatchToAppend> content;
    std::int32_t sequence = -1;
    std::size_t records = 0;
    /// Of room it takes.
    std::size_t waiting_bytes = 0;
    RecordCompletions completions;
    SteadyPoint since;
    bool under_way = false;
    /// It is not known whether the broker has appended it.
    bool uncertain = false;
};

/// Keeps the batches of one partition in order, whatever answers come: decides what is sent again, and when. No I/O and
/// no clock.
///
/// With a producer's id the broker appends a batch only after the one before it, and each once. So after a failure that
/// may pass, all batches come home first; then what has not been appended goes out again, in order and with the stamps
/// it had. When a batch is lost for good, its sequence numbers are missing: those after it get a new producer's id, but
/// only once it is certain that they were not appended under the old one.
class ProducerLane {
public:
    struct Settings {
        bool idempotent = true;
        std::size_t in_flight_max = 5;
        std::chrono::milliseconds delivery_timeout{0};
    };
    ProducerLane(const Settings& settings, const AllocatedProducer& producer);

    /// What to do next.
    enum class Next : std::uint8_t {
        flow,    // new batches may go out
        wait,    // until the batches that are under way have come home
        resend,  // send `to_send`, after a pause if `pausing`
        renew,   // get a new producer's id
    };
    Next next() const;
    /// True when a new batch may go out now.
    bool has_place() const;
    std::size_t under_way() const { return under_way_; }
    bool empty() const { return batches_.empty(); }

    /// The stamp of the next batch.
    protocol::ProducerStamp stamp() const;
    /// Takes a batch with that stamp as under way.
    ProducedBatch& admit(ProducedBatch batch);
    /// The batches to send again now, in order; they count as under way.
    std::vector<ProducedBatch*> to_send();
    /// Since a failure that may pass.
    bool pausing() const { return pausing_; }

    enum class Verdict : std::uint8_t { appended, failed, again };
    struct Settled {
        Verdict verdict = Verdict::again;
        /// Present unless it goes again; it has left the lane.
        std::optional<ProducedBatch> batch;
    };
    /// The answer to a batch under way.
    Settled answered(std::uint64_t number, const Outcome<AppendResult>& answer, SteadyPoint now);
    /// A new id: what is left is stamped anew.
    void renewed(const AllocatedProducer& producer);
    /// All that is not under way, when nothing can be sent any more.
    std::vector<ProducedBatch> give_up();
    /// What has been tried for too long, when nothing is under way.
    std::vector<ProducedBatch> give_up_late(SteadyPoint now);

private:
    std::deque<ProducedBatch>::iterator find(std::uint64_t number);
    bool any_uncertain() const;
    void remember_gap(const ProducedBatch& lost);
    Settled leave(std::deque<ProducedBatch>::iterator batch, Verdict verdict);

    const Settings settings_;
    AllocatedProducer producer_;
    std::int32_t next_sequence_ = 0;
    std::deque<ProducedBatch> batches_;
    std::size_t under_way_ = 0;
    /// The broker knows this id on the partition. Before that, only one batch may be under way: the broker lets an
    /// unknown producer begin anywhere, so the second could be taken for the first.
    bool established_ = false;
    std::optional<SteadyPoint> answered_at_;
    bool halted_ = false;
    bool renewing_ = false;
    bool pausing_ = false;
};

/// An error that a later try may not meet.
bool may_pass(const Error& error);

}  // namespace tern::detail
