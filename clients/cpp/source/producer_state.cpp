#include "clients/cpp/source/producer_state.hpp"

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

/// The strand's side of a producer: batches leave, answers come, and what failed goes again.
namespace tern::detail {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds backoff_first{20};
constexpr std::chrono::milliseconds backoff_max{1'000};
// The number of partitions may have grown.
constexpr std::chrono::minutes description_is_fresh{5};

SteadyPoint now() {
    return std::chrono::steady_clock::now();
}

/// The answer to a request with one batch, as that batch's.
Outcome<AppendResult> only_result(Outcome<std::vector<AppendResult>>&& answer) {
    if (!answer.has_value()) return answer.error();
    if (answer->size() != 1) return Error(ConnectionErrc::answer_not_understood, {}, Execution::surely);
    auto& result = answer->front();
    if (!result.ok()) return Error(result.status, result.detail);
    return std::move(result);
}

/// An earlier try may have done what the last one was refused.
Error error_of(const ProducedBatch& batch, const Error& error) {
    if (!batch.uncertain || error.execution() != Execution::surely_not) return error;
    if (error.is_connection_error()) {
        return Error(static_cast<ConnectionErrc>(error.code().value()), error.detail(), Execution::perhaps);
    }
    return Error(error.status(), error.detail(), Execution::perhaps);
}

}  // namespace

ProducerState::ProducerState(std::shared_ptr<Session> session, StreamName stream, ProducerOptions options)
    : session_(std::move(session)),
      strand_(asio::make_strand(session_->executor())),
      stream_(std::move(stream)),
      options_(std::move(options)),
      gathering_(options_) {
    // A record of the greatest size and what is around it must fit.
    options_.batch_bytes_max = std::clamp<std::size_t>(options_.batch_bytes_max, 1024, protocol::record_bytes_max);
    options_.batch_bytes_min = std::min(options_.batch_bytes_min, options_.batch_bytes_max / 2);
    options_.batches_in_flight_max = std::clamp<std::size_t>(options_.batches_in_flight_max, 1, 5);
    options_.waiting_bytes_max = std::max<std::size_t>(options_.waiting_bytes_max, 1024);
}

// ---- what is to know before the first record

void ProducerState::learn_later() {
    if (readiness_ != Readiness::unknown) return;
    readiness_ = Readiness::learning;
    asio::post(strand_, [self = shared_from_this()] { self->learn(); });
}

void ProducerState::learn() {
    auto on_described = [self = shared_from_this()](Outcome<StreamDescription> described) {
        if (!described.has_value()) return self->on_not_learned(described.error());
        self->described_ = std::move(*described);
        if (!self->options_.idempotent || self->producer_) return self->on_learned();
        auto on_allocated = [self](const Outcome<AllocatedProducer>& producer) {
            if (!producer.has_value()) return self->on_not_learned(producer.error());
            self->producer_ = *producer;
            self->on_learned();
        };
        start(self->session_, allocate_producer(self->session_->next_id()),
              asio::bind_executor(self->strand_, std::move(on_allocated)));
    };
    start(session_, describe_stream(session_->next_id(), stream_),
          asio::bind_executor(strand_, std::move(on_described)));
}

void ProducerState::on_learned() {
    const Lock lock(mutex_);
    described_at_ = now();
    const auto partitions = static_cast<std::uint32_t>(std::max<std::size_t>(1, described_->partitions.size()));
    const auto& record_bytes_max = described_->settings.record_bytes_max;
    gathering_.set_partitions(partitions,
                              static_cast<std::size_t>(record_bytes_max.value_or(protocol::record_bytes_max)));
    const ProducerLane::Settings settings{options_.idempotent, options_.batches_in_flight_max,
                                          options_.delivery_timeout};
    while (lanes_.size() < partitions) {
        lanes_.emplace_back(ProducerLane(settings, producer_.value_or(AllocatedProducer{})), strand_);
    }
    if (!closed_) readiness_ = Readiness::ready;
    make_room_known();
    look_at_flushes();
}

void ProducerState::on_not_learned(const Error& error) {
    const Lock lock(mutex_);
    // It was known before, and goes on.
    if (readiness_ == Readiness::ready) return;
    readiness_ = Readiness::unknown;
    not_learned_ = error;
    ++times_not_learned_;
    for (auto& parked : std::exchange(parked_, {})) parked.completion->complete(error);
    parked_out_ = parked_in_;
    parked_bytes_ = 0;
    for (auto& waiter : std::exchange(room_waiters_, {})) waiter->complete(error);
    changed_.notify_all();
    look_at_flushes();
}

// ---- batches leave

void ProducerState::send_batches() {
    std::vector<std::uint32_t> partitions;
    {
        const Lock lock(mutex_);
        std::swap(partitions, called_);
        calling_ = false;
        for (const auto partition : partitions) lanes_[partition].called = false;
    }
    for (const auto partition : partitions) send_from(partition);
}

/// The next batch of a partition, when it may go now.
std::unique_ptr<GatheringBatch> ProducerState::next_batch(std::uint32_t partition) {
    const Lock lock(mutex_);
    auto& lane = lanes_[partition];
    lane.has_place = lane.order.has_place();
    lane.idle = lane.order.under_way() == 0;
    if (closed_ || !lane.has_place) return nullptr;
    const auto bytes = gathering_.open_bytes(partition);
    if (!gathering_.has_closed(partition)) {
        if (bytes == 0) return nullptr;
        const bool pressing = !flushes_.empty() || !parked_.empty() || !room_waiters_.empty() || threads_waiting_ > 0;
        const bool enough = bytes >= options_.batch_bytes_min;
        if (!enough && !lane.idle) return nullptr;
        if (!enough && options_.linger.count() > 0 && !lane.lingered && !pressing) {
            linger(partition);
            return nullptr;
        }
    }
    lane.lingered = false;
    return gathering_.take(partition);
}

void ProducerState::linger(std::uint32_t partition) {
    auto& lane = lanes_[partition];
    if (lane.lingering) return;
    lane.lingering = true;
    lane.linger.expires_after(options_.linger);
    lane.linger.async_wait([self = shared_from_this(), partition](boost::system::error_code error) {
        auto& lingering = self->lanes_[partition];
        lingering.lingering = false;
        lingering.lingered = true;
        if (!error) self->send_from(partition);
    });
}

void ProducerState::send_from(std::uint32_t partition) {
    auto& lane = lanes_[partition].order;
    while (auto gathered = next_batch(partition)) {
        const auto& batch = lane.admit(produced(*gathered, lane.stamp()));
        put_on_the_way(partition, batch);
        const Lock lock(mutex_);
        gathering_.give_back(std::move(gathered));
    }
}

/// Checksum and compression are made here, outside of the mutex.
ProducedBatch ProducerState::produced(GatheringBatch& batch, const protocol::ProducerStamp& stamp) {
    ProducedBatch produced;
    produced.number = batch.number;
    produced.records = batch.builder.records();
    produced.waiting_bytes = batch.builder.bytes();
    produced.completions = std::move(batch.completions);
    produced.since = now();
    const auto bytes = batch.builder.finish(options_.compression, stamp);
    produced.content.push_back({batch.partition, std::string(bytes), {}});
    return produced;
}

void ProducerState::put_on_the_way(std::uint32_t partition, const ProducedBatch& batch) {
    auto done = [self = shared_from_this(), partition,
                 number = batch.number](Outcome<std::vector<AppendResult>> answer) {
        self->on_answer(partition, number, std::move(answer));
    };
    start(session_, append(session_->next_id(), stream_, batch.content), asio::bind_executor(strand_, std::move(done)));
}

// ---- answers come

void ProducerState::on_answer(std::uint32_t partition, std::uint64_t batch,
                              Outcome<std::vector<AppendResult>>&& answer) {
    const auto result = only_result(std::move(answer));
    auto& lane = lanes_[partition];
    auto settled = lane.order.answered(batch, result, now());
    if (settled.batch) {
        if (result.has_value()) lane.backoff = {};
        settle(partition, std::move(*settled.batch), result);
    }
    step(partition);
}

/// What has been decided about a batch is told, and its room is free.
void ProducerState::settle(std::uint32_t partition, ProducedBatch&& batch, const Outcome<AppendResult>& answer) {
    if (answer.has_value()) {
        records_ += batch.records;
        ++batches_;
        for (auto& [place, completion] : batch.completions) {
            completion->complete(Appended{partition, answer->base_offset + place, answer->appended_at});
        }
    } else {
        const auto error = error_of(batch, answer.error());
        failed_records_ += batch.records;
        for (auto& [place, completion] : batch.completions) completion->complete(error);
        report_failure(partition, batch, error);
    }
    const Lock lock(mutex_);
    gathering_.settled(batch.waiting_bytes);
    unsettled_.erase(batch.number);
    make_room_known();
    look_at_flushes();
}

void ProducerState::report_failure(std::uint32_t partition, const ProducedBatch& batch, const Error& error) {
    if (options_.on_failure) options_.on_failure({partition, batch.records, batch.content.front().batch, error});
    const Lock lock(mutex_);
    const bool untold = batch.completions.size() < batch.records;
    if (untold && !failed_since_flush_) failed_since_flush_ = error;
    // The stream may have been made anew with other settings.
    const bool changed = error.status() == Status::stream_does_not_exist ||
                         error.status() == Status::partition_does_not_exist ||
                         error.status() == Status::record_too_large;
    if (changed && readiness_ == Readiness::ready && !closing_) described_at_ = {};
}

void ProducerState::step(std::uint32_t partition) {
    auto& lane = lanes_[partition];
    if (is_closed()) return give_up(partition);
    if (lane.stepping) return;
    switch (lane.order.next()) {
        case ProducerLane::Next::flow:
            if (now() - described_at_ > description_is_fresh) {
                described_at_ = now();
                learn();
            }
            return send_from(partition);
        case ProducerLane::Next::wait: return;
        case ProducerLane::Next::resend:
            if (!lane.order.pausing()) return resend(partition);
            return pause(partition, &ProducerState::resend);
        case ProducerLane::Next::renew:
            if (!lane.order.pausing()) return renew(partition);
            return pause(partition, &ProducerState::renew);
    }
}

void ProducerState::pause(std::uint32_t partition, void (ProducerState::*then)(std::uint32_t)) {
    auto& lane = lanes_[partition];
    lane.stepping = true;
    lane.backoff = std::clamp(lane.backoff * 2, backoff_first, backoff_max);
    lane.pause.expires_after(lane.backoff);
    lane.pause.async_wait([self = shared_from_this(), partition, then](boost::system::error_code error) {
        self->lanes_[partition].stepping = false;
        if (!error) (self.get()->*then)(partition);
    });
}

void ProducerState::resend(std::uint32_t partition) {
    for (const auto* batch : lanes_[partition].order.to_send()) {
        ++repeated_;
        put_on_the_way(partition, *batch);
    }
}

/// The sequence numbers of a lost batch are missing: the broker would wait for them forever.
void ProducerState::renew(std::uint32_t partition) {
    auto& lane = lanes_[partition];
    lane.stepping = true;
    if (!lane.renewing_since) lane.renewing_since = now();
    auto done = [self = shared_from_this(), partition](const Outcome<AllocatedProducer>& producer) {
        self->on_renewed(partition, producer);
    };
    start(session_, allocate_producer(session_->next_id()), asio::bind_executor(strand_, std::move(done)));
}

void ProducerState::on_renewed(std::uint32_t partition, const Outcome<AllocatedProducer>& producer) {
    auto& lane = lanes_[partition];
    lane.stepping = false;
    if (producer.has_value()) {
        lane.order.renewed(*producer);
        lane.renewing_since.reset();
        return step(partition);
    }
    if (!may_pass(producer.error())) return close_here();
    for (auto& batch : lane.order.give_up_late(now())) settle(partition, std::move(batch), producer.error());
    // Nothing of this partition can leave without an id: what gathers behind it has the same patience.
    if (now() - *lane.renewing_since >= options_.delivery_timeout) give_up_gathered(partition, producer.error());
    pause(partition, &ProducerState::renew);
}

/// Fails what has gathered for a partition: it was never sent.
void ProducerState::give_up_gathered(std::uint32_t partition, const Error& error) {
    Batches gathered;
    {
        const Lock lock(mutex_);
        while (gathering_.has_closed(partition) || gathering_.open_bytes(partition) > 0)
            gathered.push_back(gathering_.take(partition));
    }
    const auto unsent = error.is_connection_error() ? Error(static_cast<ConnectionErrc>(error.code().value()),
                                                            error.detail(), Execution::surely_not)
                                                    : Error(error.status(), error.detail(), Execution::surely_not);
    fail_gathered(std::move(gathered), unsent);
}

// ---- the end

void ProducerState::abandon() {
    {
        const Lock lock(mutex_);
        closing_ = true;
    }
    asio::post(strand_, [self = shared_from_this()] { self->close_here(); });
}

void ProducerState::close_here() {
    const Error error(ConnectionErrc::closed, {}, Execution::surely_not);
    Batches gathered;
    {
        const Lock lock(mutex_);
        closing_ = closed_ = true;
        gathered = gathering_.take_all();
        unpark();
        for (auto& waiter : std::exchange(room_waiters_, {})) waiter->complete(error);
        changed_.notify_all();
    }
    fail_gathered(std::move(gathered), error);
    for (std::uint32_t partition = 0; partition < lanes_.size(); ++partition) {
        auto& lane = lanes_[partition];
        lane.pause.cancel();
        lane.linger.cancel();
        give_up(partition);
    }
}

bool ProducerState::is_closed() const {
    const Lock lock(mutex_);
    return closed_;
}

/// Of what is still under way, the answers are awaited.
void ProducerState::give_up(std::uint32_t partition) {
    const Error error(ConnectionErrc::closed, {}, Execution::surely_not);
    for (auto& batch : lanes_[partition].order.give_up()) settle(partition, std::move(batch), error);
}

void ProducerState::fail_gathered(Batches&& batches, const Error& error) {
    for (auto& batch : batches) settle(batch->partition, produced(*batch, {}), error);
}

}  // namespace tern::detail
