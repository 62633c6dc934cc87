#pragma once

#include <cstddef>
#include <string_view>

#include "broker/engine/commands.hpp"
#include "broker/frontends/deliveries/outgoing.hpp"
#include "broker/runtime/broker.hpp"

/// What is done with a message once it is known what became of its delivery.
namespace tern::deliveries {

/// A command with what its views point into.
struct Settlement {
    engine::Command command;
    runtime::Frame frame;
    std::size_t bytes = 0;
};

Settlement delete_message(const engine::QueueName& queue, std::string_view handle);
Settlement try_again_in(Milliseconds delay, const engine::QueueName& queue, std::string_view handle);
/// Into the dead-letter queue and out of its own, both or none.
Settlement bury(const engine::QueueName& dead_letter_queue, const Outgoing::DeadLetter& letter,
                const engine::QueueName& queue, std::string_view handle);

}  // namespace tern::deliveries
