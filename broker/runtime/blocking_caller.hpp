#pragma once

#include <cstdint>
#include <future>
#include <optional>

#include "broker/runtime/local_broker.hpp"

namespace tern::runtime {

/// Lets a thread that is none of the broker's execute commands one after the other: for what is done at the start. The
/// broker runs, and outlives it.
class BlockingCaller final : public AnswerReceiver {
public:
    explicit BlockingCaller(LocalBroker& broker) : broker_(broker), thread_(broker.io_threads()[0]) {}
    ~BlockingCaller() override;
    BlockingCaller(const BlockingCaller&) = delete;
    BlockingCaller& operator=(const BlockingCaller&) = delete;

    /// Waits until the answer is durable. The command has no views.
    engine::Answer execute(engine::Command&& command);

    void on_answer(std::uint64_t request, engine::Answer&& answer) override;

private:
    LocalBroker& broker_;
    IoThread& thread_;
    // On the I/O thread.
    std::optional<std::uint64_t> session_;
    std::uint64_t requests_ = 0;
    std::promise<engine::Answer> promise_;
};

}  // namespace tern::runtime
