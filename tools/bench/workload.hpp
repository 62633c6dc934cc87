#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// What the connections do over and over.
enum class Mix : std::uint8_t {
    send,            // sends only; a message counts when its send is answered
    receive_delete,  // works off a backlog; a message counts when its delete is answered
    cycle,           // sends a batch, receives as many messages, deletes them; a message counts when it is deleted
};

constexpr const char* name_of(Mix mix) {
    switch (mix) {
        case Mix::send: return "send";
        case Mix::receive_delete: return "receive-delete";
        case Mix::cycle: return "cycle";
    }
    return "";
}

struct Workload {
    Mix mix = Mix::cycle;
    std::size_t connections = 64;
    /// Requests that each connection keeps under way.
    std::size_t in_flight = 4;
    /// Messages in a send; a receive takes as many, but no more than the protocol's limit (10), and a delete takes what
    /// was received.
    std::size_t batch = 10;
    std::size_t body_bytes = 200;
    std::vector<std::string> queues;
};

}  // namespace tern::bench
