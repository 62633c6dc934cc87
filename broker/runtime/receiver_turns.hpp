#pragma once

#include <cstddef>
#include <deque>

#include "broker/runtime/broker.hpp"

namespace tern::runtime {

/// The receivers of one I/O thread that were touched and have something to write; they are told so in turn, a few at a
/// time. Used on that thread.
///
/// A publication for a thousand subscribers is a thousand writes. Made in one go they keep the thread from everything
/// else for milliseconds: what publishers send meanwhile lies unread, and then waits for its commit while the thread
/// has nothing to write. In small steps the next publications are read and committed during the writes of the ones
/// before, and each receiver writes at its turn all that came since its last one.
///
/// A round is the turns of all that wait when it begins. What comes meanwhile is bounded: a thread that takes in more
/// than its receivers are given turns for would take subscribers for slow that only wait for it (is_full).
class ReceiverTurns {
public:
    /// Some 100 microseconds of writes: nobody feels them, and the look for new events between them costs a sixteenth.
    static constexpr std::size_t receivers_per_step = 16;
    /// Of publications that come in during a round. Far below what may wait unwritten for a subscriber that keeps up
    /// (PushLimits), also in the longest wire form.
    static constexpr std::size_t bytes_per_round_max = 128u << 10;

    /// At the end of the row. Not while it waits already.
    void add(AnswerReceiver& receiver) { waiting_.push_back(&receiver); }
    /// It leaves; also while it is told.
    void remove(AnswerReceiver& receiver);
    bool empty() const { return waiting_.empty(); }

    /// Tells the next few of the round; who is added meanwhile comes in a later one.
    void tell_some();
    /// Tells all, and who is added meanwhile, too.
    void tell_all();

    /// Publications of so many bytes were handed to receivers.
    void count(std::size_t bytes) { bytes_ += bytes; }
    /// Enough has come in: what else there is shall wait until the round is over.
    bool is_full() const { return !empty() && bytes_ >= bytes_per_round_max; }

private:
    /// None stands for one that has left.
    std::deque<AnswerReceiver*> waiting_;
    /// In the round under way.
    std::size_t turns_left_ = 0;
    /// What came in since the last round was over.
    std::size_t bytes_ = 0;
};

}  // namespace tern::runtime
