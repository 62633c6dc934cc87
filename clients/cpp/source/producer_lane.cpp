#include "clients/cpp/source/producer_lane.hpp"

#include <algorithm>

#include "protocol/big_endian.hpp"
#include "protocol/crc32c.hpp"

namespace tern::detail {

namespace {

// Of a batch's header: docs of the format in protocol/README.md, "Record batches".
constexpr std::size_t crc_at = 17;
constexpr std::size_t crc_begins_at = 21;
constexpr std::size_t producer_id_at = 43;
constexpr std::size_t producer_epoch_at = 51;
constexpr std::size_t sequence_at = 53;

// The broker forgets a producer that was silent for a day.
constexpr std::chrono::hours surely_remembered{12};

std::int32_t sequence_after(std::int32_t sequence, std::size_t records) {
    return static_cast<std::int32_t>((static_cast<std::uint64_t>(sequence) + records) & 0x7fffffffu);
}

void stamp_anew(std::string& batch, const protocol::ProducerStamp& stamp) {
    protocol::store_big(batch.data() + producer_id_at, stamp.id);
    protocol::store_big(batch.data() + producer_epoch_at, stamp.epoch);
    protocol::store_big(batch.data() + sequence_at, stamp.sequence);
    const auto crc = protocol::crc32c(std::string_view(batch).substr(crc_begins_at));
    protocol::store_big(batch.data() + crc_at, crc);
}

}  // namespace

bool may_pass(const Error& error) {
    if (error.is_connection_error()) {
        return error.code() != ConnectionErrc::closed && error.code() != ConnectionErrc::version_refused &&
               error.code() != ConnectionErrc::request_too_large &&
               error.code() != ConnectionErrc::answer_not_understood;
    }
    const auto status = error.status();
    return status == Status::overloaded || status == Status::shutting_down || status == Status::storage_full;
}

ProducerLane::ProducerLane(const Settings& settings, const AllocatedProducer& producer)
    : settings_(settings),
      producer_(producer) {}

bool ProducerLane::has_place() const {
    if (halted_) return false;
    const bool one_at_a_time = !settings_.idempotent || !established_;
    return under_way_ < (one_at_a_time ? 1 : settings_.in_flight_max);
}

ProducerLane::Next ProducerLane::next() const {
    if (!halted_) return Next::flow;
    if (under_way_ > 0) return Next::wait;
    if (batches_.empty() && !renewing_) return Next::flow;
    return renewing_ && !any_uncertain() ? Next::renew : Next::resend;
}

protocol::ProducerStamp ProducerLane::stamp() const {
    if (!settings_.idempotent) return {};
    return {producer_.id, producer_.epoch, next_sequence_};
}

ProducedBatch& ProducerLane::admit(ProducedBatch batch) {
    if (answered_at_ && batch.since - *answered_at_ > surely_remembered) established_ = false;
    batch.sequence = next_sequence_;
    batch.under_way = true;
    ++under_way_;
    next_sequence_ = sequence_after(next_sequence_, batch.records);
    return batches_.emplace_back(std::move(batch));
}

std::vector<ProducedBatch*> ProducerLane::to_send() {
    std::vector<ProducedBatch*> batches;
    const std::size_t count_max = established_ && settings_.idempotent ? settings_.in_flight_max : 1;
    for (auto& batch : batches_) {
        if (batches.size() == count_max) break;
        // Those that were surely not appended wait for the new id.
        if (batch.under_way || (renewing_ && !batch.uncertain)) continue;
        batch.under_way = true;
        ++under_way_;
        batches.push_back(&batch);
    }
    pausing_ = false;
    return batches;
}

std::deque<ProducedBatch>::iterator ProducerLane::find(std::uint64_t number) {
    return std::find_if(batches_.begin(), batches_.end(),
                        [number](const ProducedBatch& batch) { return batch.number == number; });
}

bool ProducerLane::any_uncertain() const {
    return std::any_of(batches_.begin(), batches_.end(), [](const ProducedBatch& batch) { return batch.uncertain; });
}

/// The sequence numbers of a lost batch will never come. When it was the last one, they can be used again.
void ProducerLane::remember_gap(const ProducedBatch& lost) {
    if (!settings_.idempotent) return;
    const bool last = batches_.back().number == lost.number;
    if (last && !lost.uncertain && !renewing_) {
        next_sequence_ = lost.sequence;
        return;
    }
    renewing_ = true;
    halted_ = true;
}

ProducerLane::Settled ProducerLane::leave(std::deque<ProducedBatch>::iterator batch, Verdict verdict) {
    if (verdict == Verdict::failed) remember_gap(*batch);
    Settled settled{verdict, std::move(*batch)};
    batches_.erase(batch);
    if (batches_.empty() && !renewing_) halted_ = false;
    return settled;
}

ProducerLane::Settled ProducerLane::answered(std::uint64_t number, const Outcome<AppendResult>& answer,
                                             SteadyPoint now) {
    const auto batch = find(number);
    batch->under_way = false;
    --under_way_;
    answered_at_ = now;
    if (answer.has_value()) {
        established_ = true;
        return leave(batch, Verdict::appended);
    }
    const auto& error = answer.error();
    if (error.execution() == Execution::perhaps) batch->uncertain = true;
    const bool follows_another = batch != batches_.begin() || renewing_;
    const bool out_of_turn = error.status() == Status::sequence_out_of_order;
    const bool only_out_of_turn = out_of_turn && follows_another;
    const bool unknown = error.status() == Status::producer_unknown && settings_.idempotent;
    // Out of its turn, it was surely not appended: nor by an earlier try, or the broker would have known it.
    if (out_of_turn) batch->uncertain = false;
    // Under this id nothing more will be accepted here.
    const bool fenced = error.status() == Status::producer_fenced || (out_of_turn && !follows_another);
    if (settings_.idempotent && (unknown || fenced)) renewing_ = true;
    const bool repeatable = settings_.idempotent || !batch->uncertain;
    const bool passing = may_pass(error) && repeatable && now - batch->since < settings_.delivery_timeout;
    if (!only_out_of_turn && !unknown && !passing) return leave(batch, Verdict::failed);
    halted_ = true;
    pausing_ = pausing_ || passing || unknown;
    return {};
}

void ProducerLane::renewed(const AllocatedProducer& producer) {
    producer_ = producer;
    next_sequence_ = 0;
    established_ = false;
    renewing_ = false;
    for (auto& batch : batches_) {
        batch.sequence = next_sequence_;
        stamp_anew(batch.content.front().batch, stamp());
        next_sequence_ = sequence_after(next_sequence_, batch.records);
    }
    halted_ = !batches_.empty();
}

std::vector<ProducedBatch> ProducerLane::give_up() {
    std::vector<ProducedBatch> lost;
    for (auto& batch : batches_) {
        if (!batch.under_way) lost.push_back(std::move(batch));
    }
    std::erase_if(batches_, [](const ProducedBatch& batch) { return !batch.under_way; });
    return lost;
}

std::vector<ProducedBatch> ProducerLane::give_up_late(SteadyPoint now) {
    std::vector<ProducedBatch> lost;
    while (!batches_.empty() && now - batches_.front().since >= settings_.delivery_timeout) {
        lost.push_back(std::move(batches_.front()));
        batches_.pop_front();
        renewing_ = settings_.idempotent;
    }
    return lost;
}

}  // namespace tern::detail
