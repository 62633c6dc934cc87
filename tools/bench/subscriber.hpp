#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tools/bench/topic_workload.hpp"

namespace tern::bench {

/// One who is pushed to, without a socket: told what came, it says what to send, and when it is subscribed. After that
/// it only tells frames apart; what is in them is the business of whoever counts.
class Subscriber {
public:
    /// `host` is what the request names.
    Subscriber(const std::string& host, TopicEncoding encoding, const std::string& pattern);
    /// One that is written bare frames at once: it has nothing to say.
    Subscriber() : step_(Step::subscribed) {}

    /// What is to be sent now; empties it.
    std::string take_output() { return std::exchange(output_, {}); }
    bool subscribed() const { return step_ == Step::subscribed; }

    /// Calls `see(frame with header, its payload)` for each whole frame of data once it is subscribed.
    /// Errors: throws BenchError when the broker refuses, sends nonsense or closes.
    template <class See>
    void take(std::string_view bytes, See see) {
        // Most of the time whole frames come, and nothing needs to be kept.
        if (!input_.empty()) bytes = input_.append(bytes);
        auto rest = bytes;
        while (!rest.empty()) {
            const auto frame = take_frame(rest);
            if (!frame.data()) break;
            if (step_ != Step::subscribed)
                take_answer(frame);
            else
                see(whole_, frame);
        }
        if (rest.data() != input_.data() || rest.size() != input_.size()) input_ = std::string(rest);
    }

private:
    enum class Step : std::uint8_t { upgrading, subscribing, subscribed };

    /// Takes a frame off and returns its payload; handles the handshake and control frames on the way. Null: there is
    /// no whole frame.
    std::string_view take_frame(std::string_view& input);
    void take_answer(std::string_view payload);
    void take_native_answer(std::string_view payload);

    TopicEncoding encoding_ = TopicEncoding::json;
    Step step_ = Step::upgrading;
    std::string subscription_;
    std::string output_;
    std::string input_;
    std::string_view whole_;
};

}  // namespace tern::bench
