#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tern_generated.h"
#include "tests/unit/bench/fake_streams.hpp"
#include "tools/bench/connection.hpp"

namespace tern::bench {

/// As much of a broker as the bench needs: queues in memory, one thread a connection. It can be told to misbehave, to
/// see that the bench notices.
class FakeBroker {
public:
    struct Faults {
        /// The last entry of each send is refused.
        bool refuse_last_entry = false;
        /// Each delete is answered with one result too few.
        bool forget_one_result = false;
        /// Deletes are answered but not done.
        bool ignore_deletes = false;
        /// Messages come back one byte shorter.
        bool cut_bodies = false;
        FakeStreams::Faults streams = {};
    };

    explicit FakeBroker(Faults faults);
    FakeBroker() : FakeBroker(Faults()) {}
    ~FakeBroker();
    FakeBroker(const FakeBroker&) = delete;
    FakeBroker& operator=(const FakeBroker&) = delete;

    Endpoint endpoint() const { return {"127.0.0.1", std::to_string(port_)}; }
    std::uint64_t queues() const;
    std::uint64_t visible() const;
    const FakeStreams& streams() const { return streams_; }

private:
    struct Queue {
        std::deque<std::size_t> visible;  // sizes of bodies
        std::map<std::string, std::size_t> in_flight;
    };
    using Builder = flatbuffers::FlatBufferBuilder;

    void accept_all();
    void serve(int socket);
    std::string answer(const protocol::wire::Request& request);
    std::string send(std::uint64_t id, const protocol::wire::Send& request);
    std::string receive(std::uint64_t id, const protocol::wire::Receive& request);
    std::string remove(std::uint64_t id, const protocol::wire::Delete& request);
    std::string describe(std::uint64_t id, const protocol::wire::DescribeQueue& request);
    std::string status(std::uint64_t id);

    Faults faults_;
    FakeStreams streams_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::map<std::string, Queue> queues_;
    std::uint64_t commands_ = 0;
    std::vector<int> sockets_;
    std::vector<std::thread> sessions_;
    std::thread acceptor_;
};

}  // namespace tern::bench
