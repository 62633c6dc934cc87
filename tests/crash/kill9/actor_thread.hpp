#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "tests/crash/wire_client.hpp"

namespace tern::crash {

/// Somebody at work on a connection of its own, until that ends.
inline void start_thread(std::vector<std::jthread>& threads, std::uint16_t port, auto work) {
    threads.emplace_back([port, work] {
        try {
            WireClient client(port);
            work(client);
        } catch (const ConnectionLost&) {
            // The broker is gone: that is what this is about.
        }
    });
}

}  // namespace tern::crash
