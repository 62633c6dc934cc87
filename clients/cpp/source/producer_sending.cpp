#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "clients/cpp/source/producer_state.hpp"

/// The senders' side of a producer: records find room, or wait for it.
namespace tern::detail {

namespace asio = boost::asio;

namespace {

std::int64_t now_ms() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now())
        .time_since_epoch()
        .count();
}

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

RecordView view_of(const NewRecord& record) {
    RecordView view{view_of(record.key), view_of(record.value), {}, record.partition, record.timestamp};
    view.headers.reserve(record.headers.size());
    for (const auto& header : record.headers) view.headers.push_back({header.key, view_of(header.value)});
    return view;
}

Error closed() {
    return Error(ConnectionErrc::closed, {}, Execution::surely_not);
}

// Who waits is woken when so much is free, not at every batch.
bool is_roomy(std::size_t bytes, std::size_t bytes_max) {
    return bytes <= bytes_max - bytes_max / 4;
}

}  // namespace

void ProducerState::complain_if_closed() const {
    if (closing_) throw closed();
}

bool ProducerState::has_room(const RecordView& record) const {
    return parked_.empty() && gathering_.has_room(ProducerGathering::bytes_of(record));
}

bool ProducerState::try_send(const RecordView& record) {
    const Lock lock(mutex_);
    complain_if_closed();
    if (readiness_ != Readiness::ready) {
        learn_later();
        return false;
    }
    if (const auto refusal = gathering_.refusal(record)) throw *refusal;
    return has_room(record) && take_in(record, nullptr);
}

void ProducerState::send_and_wait(const RecordView& record) {
    Lock lock(mutex_);
    const auto failures_before = times_not_learned_;
    while (true) {
        complain_if_closed();
        if (readiness_ == Readiness::ready) {
            if (const auto refusal = gathering_.refusal(record)) throw *refusal;
            if (has_room(record)) break;
        } else {
            if (times_not_learned_ != failures_before) throw *not_learned_;
            learn_later();
        }
        ++threads_waiting_;
        changed_.wait(lock);
        --threads_waiting_;
    }
    take_in(record, nullptr);
}

void ProducerState::send(NewRecord&& record, std::unique_ptr<Completion<Appended>> completion) {
    const Lock lock(mutex_);
    if (closing_) return completion->complete(closed());
    const auto view = view_of(record);
    if (readiness_ == Readiness::ready) {
        if (const auto refusal = gathering_.refusal(view)) return completion->complete(*refusal);
        if (has_room(view)) {
            take_in(view, std::move(completion));
            return;
        }
    } else {
        learn_later();
    }
    const auto bytes = ProducerGathering::bytes_of(view);
    if (parked_bytes_ > 0 && parked_bytes_ + bytes > options_.waiting_bytes_max) {
        return completion->complete(Error(ConnectionErrc::too_much_waiting, {}, Execution::surely_not));
    }
    parked_bytes_ += bytes;
    ++parked_in_;
    parked_.push_back({std::move(record), bytes, std::move(completion)});
}

bool ProducerState::take_in(const RecordView& record, std::unique_ptr<Completion<Appended>> completion) {
    const auto begun = gathering_.batches_begun();
    // The clock is read once a record where the record does not bring its time.
    const auto at_ms = record.timestamp ? 0 : now_ms();
    const auto partition = gathering_.add(record, at_ms, std::move(completion));
    if (gathering_.batches_begun() != begun) unsettled_.insert(gathering_.batches_begun());
    auto& lane = lanes_[partition];
    if (!lane.called && may_leave(lane, partition)) call_strand(partition);
    return true;
}

/// True when the strand could send something of this partition, or has to set a timer for it.
bool ProducerState::may_leave(const Lane& lane, std::uint32_t partition) const {
    if (!lane.has_place) return false;
    return lane.idle || gathering_.has_closed(partition) ||
           gathering_.open_bytes(partition) >= options_.batch_bytes_min;
}

void ProducerState::call_strand(std::uint32_t partition) {
    lanes_[partition].called = true;
    called_.push_back(partition);
    if (calling_) return;
    calling_ = true;
    asio::post(strand_, [self = shared_from_this()] { self->send_batches(); });
}

/// Records that waited for room, in their order.
void ProducerState::unpark() {
    while (!parked_.empty()) {
        auto& next = parked_.front();
        const auto view = view_of(next.record);
        auto refusal = gathering_.refusal(view);
        if (closed_) refusal = closed();
        if (refusal) {
            next.completion->complete(*refusal);
        } else if (gathering_.has_room(next.bytes)) {
            take_in(view, std::move(next.completion));
        } else {
            break;
        }
        parked_bytes_ -= next.bytes;
        ++parked_out_;
        parked_.pop_front();
    }
}

void ProducerState::make_room_known() {
    if (readiness_ != Readiness::ready) return;
    unpark();
    if (!parked_.empty() || !is_roomy(gathering_.bytes(), options_.waiting_bytes_max)) return;
    for (auto& waiter : std::exchange(room_waiters_, {})) waiter->complete({});
    if (threads_waiting_ > 0) changed_.notify_all();
}

void ProducerState::wait(ProducerWait what, std::unique_ptr<Completion<void>> completion) {
    const Lock lock(mutex_);
    if (what == ProducerWait::room) {
        if (closing_) return completion->complete(closed());
        room_waiters_.push_back(std::move(completion));
        if (readiness_ != Readiness::ready) learn_later();
        make_room_known();
        return;
    }
    if (what == ProducerWait::close) {
        closing_ = true;
        for (auto& waiter : std::exchange(room_waiters_, {})) waiter->complete(closed());
        changed_.notify_all();
    }
    flushes_.push_back({parked_in_, {}, std::move(completion)});
    // What lingers goes now.
    for (std::uint32_t partition = 0; partition < lanes_.size(); ++partition) {
        auto& lane = lanes_[partition];
        if (!lane.called && gathering_.open_bytes(partition) > 0 && lane.has_place) call_strand(partition);
    }
    look_at_flushes();
}

void ProducerState::look_at_flushes() {
    std::erase_if(flushes_, [this](Flush& flush) {
        if (parked_out_ < flush.parked_to) return false;
        if (!flush.batch_to) flush.batch_to = gathering_.batches_begun();
        if (!unsettled_.empty() && *unsettled_.begin() <= *flush.batch_to) return false;
        if (failed_since_flush_) {
            flush.completion->complete(*failed_since_flush_);
            failed_since_flush_.reset();
        } else {
            flush.completion->complete({});
        }
        return true;
    });
}

ProducerCounts ProducerState::counts() const {
    const Lock lock(mutex_);
    return {records_, batches_, repeated_, failed_records_, gathering_.bytes() + parked_bytes_};
}

}  // namespace tern::detail
