#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "clients/cpp/source/producer_gathering.hpp"
#include "clients/cpp/source/producer_lane.hpp"
#include "clients/cpp/source/session.hpp"
#include "tern/producer.hpp"

namespace tern::detail {

/// What a producer holds. Senders put records into the gathering, under the mutex; the strand takes batches from it,
/// sends them and deals with the answers.
class ProducerState : public std::enable_shared_from_this<ProducerState> {
public:
    ProducerState(std::shared_ptr<Session> session, StreamName stream, ProducerOptions options);

    boost::asio::any_io_executor executor() const { return session_->executor(); }

    // From any thread.
    bool try_send(const RecordView& record);
    void send_and_wait(const RecordView& record);
    void send(NewRecord&& record, std::unique_ptr<Completion<Appended>> completion);
    void wait(ProducerWait what, std::unique_ptr<Completion<void>> completion);
    void abandon();
    ProducerCounts counts() const;

private:
    using Lock = std::unique_lock<std::mutex>;
    using Batches = std::vector<std::unique_ptr<GatheringBatch>>;

    /// A partition as the strand sees it. `has_place` is for the senders: a record that comes now can leave.
    struct Lane {
        explicit Lane(ProducerLane order, const boost::asio::any_io_executor& executor)
            : order(std::move(order)),
              pause(executor),
              linger(executor) {}
        ProducerLane order;
        boost::asio::steady_timer pause;
        std::chrono::milliseconds backoff{0};
        /// Since when it waits for a new producer's id.
        std::optional<SteadyPoint> renewing_since;
        bool stepping = false;
        boost::asio::steady_timer linger;
        bool lingering = false;
        bool lingered = false;
        // Under the mutex.
        bool has_place = true;
        bool idle = true;
        bool called = false;
    };
    struct Parked {
        NewRecord record;
        std::size_t bytes = 0;
        std::unique_ptr<Completion<Appended>> completion;
    };
    struct Flush {
        std::uint64_t parked_to = 0;
        std::optional<std::uint64_t> batch_to;
        std::unique_ptr<Completion<void>> completion;
    };
    enum class Readiness : std::uint8_t { unknown, learning, ready };

    // ---- gathering (producer_sending.cpp); with the mutex held where a lock is taken
    bool take_in(const RecordView& record, std::unique_ptr<Completion<Appended>> completion);
    bool has_room(const RecordView& record) const;
    bool may_leave(const Lane& lane, std::uint32_t partition) const;
    void call_strand(std::uint32_t partition);
    void unpark();
    void make_room_known();
    void look_at_flushes();
    void complain_if_closed() const;

    // ---- on the strand (producer_state.cpp)
    void learn_later();
    void learn();
    void on_learned();
    void on_not_learned(const Error& error);
    void send_batches();
    void send_from(std::uint32_t partition);
    void linger(std::uint32_t partition);
    std::unique_ptr<GatheringBatch> next_batch(std::uint32_t partition);
    ProducedBatch produced(GatheringBatch& batch, const protocol::ProducerStamp& stamp);
    void put_on_the_way(std::uint32_t partition, const ProducedBatch& batch);
    void on_answer(std::uint32_t partition, std::uint64_t batch, Outcome<std::vector<AppendResult>>&& answer);
    void step(std::uint32_t partition);
    void resend(std::uint32_t partition);
    void renew(std::uint32_t partition);
    void pause(std::uint32_t partition, void (ProducerState::*then)(std::uint32_t));
    void on_renewed(std::uint32_t partition, const Outcome<AllocatedProducer>& producer);
    void settle(std::uint32_t partition, ProducedBatch&& batch, const Outcome<AppendResult>& answer);
    void report_failure(std::uint32_t partition, const ProducedBatch& batch, const Error& error);
    void give_up_gathered(std::uint32_t partition, const Error& error);
    void fail_gathered(Batches&& batches, const Error& error);
    void close_here();
    bool is_closed() const;
    void give_up(std::uint32_t partition);

    const std::shared_ptr<Session> session_;
    const boost::asio::strand<boost::asio::any_io_executor> strand_;
    const StreamName stream_;
    ProducerOptions options_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Readiness readiness_ = Readiness::unknown;
    ProducerGathering gathering_;
    std::deque<Parked> parked_;
    std::size_t parked_bytes_ = 0;
    std::uint64_t parked_in_ = 0;
    std::uint64_t parked_out_ = 0;
    std::vector<std::unique_ptr<Completion<void>>> room_waiters_;
    std::size_t threads_waiting_ = 0;
    std::vector<Flush> flushes_;
    /// Batches that have begun and are not settled.
    std::set<std::uint64_t> unsettled_;
    std::optional<Error> failed_since_flush_;
    /// Why the stream could not be looked at, and how often that happened: for the threads that wait.
    std::optional<Error> not_learned_;
    std::uint64_t times_not_learned_ = 0;
    std::vector<std::uint32_t> called_;
    bool calling_ = false;
    bool closing_ = false;
    bool closed_ = false;
    // A deque, for lanes do not move.
    std::deque<Lane> lanes_;

    // Of the strand.
    std::optional<AllocatedProducer> producer_;
    std::optional<StreamDescription> described_;
    SteadyPoint described_at_;

    std::atomic<std::uint64_t> records_ = 0;
    std::atomic<std::uint64_t> batches_ = 0;
    std::atomic<std::uint64_t> repeated_ = 0;
    std::atomic<std::uint64_t> failed_records_ = 0;
};

}  // namespace tern::detail
