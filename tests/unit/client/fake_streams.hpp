#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tern/stream.hpp"
#include "tests/unit/client/fake_broker.hpp"

namespace tern {

/// A broker with one stream, as the protocol describes it, that goes wrong where a test wants it to: it hangs up before
/// or after it has done what a request asks for, or refuses. Connections come one after the other.
class FakeStreams {
public:
    enum class Fault : std::uint8_t {
        none,
        hang_up_before,
        hang_up_after,
        refuse,
        go_away,  // hangs up before, and listens no more
    };
    struct Decision {
        Fault fault = Fault::none;
        Status status = Status::overloaded;
    };
    /// Asked for each append, which are counted from 0; on the broker's thread.
    using Judge = std::function<Decision(std::size_t append)>;

    FakeStreams(std::uint32_t partitions, Judge judge, std::size_t record_bytes_max = 1u << 20);
    ~FakeStreams();

    ServerAddress address() const { return address_; }
    /// The values of a partition's records, in order.
    std::vector<std::string> values(std::uint32_t partition) const;
    std::size_t appends() const { return appends_; }
    std::size_t batches_longest() const { return batch_bytes_max_; }
    std::int64_t producers() const { return producers_; }
    /// Lets appends wait until `release`.
    void hold() { held_.lock(); }
    void release() { held_.unlock(); }

private:
    struct Producer {
        std::int64_t next_sequence = 0;
        /// Of the last five: first sequence and base offset.
        std::vector<std::pair<std::int32_t, std::uint64_t>> batches;
    };
    struct Partition {
        std::vector<std::string> values;
        std::map<std::int64_t, Producer> producers;
    };

    void serve(FakePeer& peer);
    /// False when it hangs up.
    bool answer(FakePeer& peer, const FakePeer::Request& request);
    bool on_append(FakePeer& peer, const FakePeer::Request& request);
    AppendResult append(std::uint32_t partition, const std::string& batch);

    const std::uint32_t partitions_;
    const std::size_t record_bytes_max_;
    const Judge judge_;
    mutable std::mutex mutex_;
    std::mutex held_;
    std::vector<Partition> log_;
    std::atomic<std::size_t> appends_ = 0;
    std::atomic<std::size_t> batch_bytes_max_ = 0;
    std::atomic<std::int64_t> producers_ = 0;
    std::atomic<bool> ended_ = false;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    ServerAddress address_;
    std::thread thread_;
};

}  // namespace tern
