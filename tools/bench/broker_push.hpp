#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "tools/bench/connection.hpp"
#include "tools/bench/push_round.hpp"
#include "tools/bench/topic_frame.hpp"

namespace tern::bench {

/// Publishes to a broker, over native connections in turn, and takes the acknowledgements.
/// Errors: functions throw BenchError, also when the broker refuses a publication.
class BrokerPush final : public PushSource {
public:
    BrokerPush(const Endpoint& endpoint, std::size_t publishers, const PublicationShape& shape);

    void push(Instant moment) override;
    bool has_room() const override { return under_way() < moments_.size(); }
    void serve() override;
    void add_descriptors(std::vector<pollfd>& waiting) const override;

    std::size_t under_way() const { return static_cast<std::size_t>(pushed_ - acknowledged_); }
    std::uint64_t acknowledged() const { return acknowledged_; }
    /// From publish to acknowledgement, in nanoseconds; empties it.
    Histogram take_latency() { return std::exchange(latency_, Histogram()); }

private:
    void take(const protocol::wire::Reply& reply);

    std::vector<std::unique_ptr<Connection>> connections_;
    PublishFrame frame_;
    std::uint64_t pushed_ = 0;
    std::uint64_t acknowledged_ = 0;
    /// When those under way were pushed, by id.
    std::vector<Instant> moments_;
    Histogram latency_;
};

}  // namespace tern::bench
