#include "broker/runtime/receiver_turns.hpp"

#include <algorithm>

namespace tern::runtime {

void ReceiverTurns::remove(AnswerReceiver& receiver) {
    std::ranges::replace(waiting_, &receiver, nullptr);
}

void ReceiverTurns::tell_some() {
    if (turns_left_ == 0) turns_left_ = waiting_.size();
    for (auto count = std::min(turns_left_, receivers_per_step); count > 0; --count) {
        auto* const receiver = waiting_.front();
        waiting_.pop_front();
        --turns_left_;
        if (receiver) receiver->on_answers_told();
    }
    if (turns_left_ == 0) bytes_ = 0;
}

void ReceiverTurns::tell_all() {
    while (!waiting_.empty()) tell_some();
}

}  // namespace tern::runtime
