#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tern::conformance::kafka {

class WireReader;
class WireWriter;

/// The topic, of one partition, that the peer has.
inline constexpr std::string_view topic = "records";

/// Just enough of a Kafka broker on a free port of 127.0.0.1 for a producer or a consumer without a group: it hands out
/// the batches that it was given and keeps those that it gets, byte for byte.
class KafkaPeer {
public:
    /// The batches carry their offsets, one following the other from 0.
    explicit KafkaPeer(std::vector<std::string> batches = {});
    ~KafkaPeer();
    KafkaPeer(const KafkaPeer&) = delete;
    KafkaPeer& operator=(const KafkaPeer&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    /// What was appended, in order.
    std::vector<std::string> produced() const;
    /// What a client asked for that the peer does not know; empty when all is well.
    std::string complaint() const;

private:
    struct Connection {
        int socket = -1;
        std::string received;
    };

    void run();
    void accept_one();
    /// False when the connection is over.
    bool serve(Connection& connection);
    bool answer(int socket, std::string_view request);

    void api_versions(WireWriter& to);
    void metadata(WireWriter& to);
    void list_offsets(WireReader& from, WireWriter& to, std::int16_t version);
    void fetch(WireReader& from, WireWriter& to);
    void produce(WireReader& from, WireWriter& to);
    std::string batches_from(std::int64_t offset, std::size_t bytes_max) const;

    const std::vector<std::string> batches_;
    std::int64_t end_offset_ = 0;
    int listener_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    std::list<Connection> connections_;
    mutable std::mutex mutex_;
    std::vector<std::string> produced_;
    std::int64_t produced_end_ = 0;
    std::string complaint_;
    std::thread thread_;
};

}  // namespace tern::conformance::kafka
