#include "tools/bench/broker_push.hpp"

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

/// Publications that may wait for their acknowledgement, on each connection.
constexpr std::size_t acknowledgements_waiting_max = 512;

}  // namespace

BrokerPush::BrokerPush(const Endpoint& endpoint, std::size_t publishers, const PublicationShape& shape)
    : frame_(shape),
      moments_(publishers * acknowledgements_waiting_max) {
    for (std::size_t i = 0; i < publishers; ++i) connections_.push_back(std::make_unique<Connection>(endpoint));
}

void BrokerPush::push(Instant moment) {
    auto& connection = *connections_[pushed_ % connections_.size()];
    moments_[pushed_ % moments_.size()] = moment;
    frame_.set_id(++pushed_);
    frame_.set_moment(moment);
    connection.append(frame_.bytes());
    connection.write();
}

void BrokerPush::serve() {
    for (const auto& connection : connections_) {
        connection->write();
        connection->read([&](const wire::Reply& reply) { take(reply); });
    }
}

void BrokerPush::take(const wire::Reply& reply) {
    if (reply.status() != 0) throw BenchError(refusal("publish", reply.status(), reply.message()));
    const auto* const results = reply.body_as_PublishResults();
    if (results == nullptr || results->results() == nullptr || results->results()->size() != 1)
        throw BenchError("A publish was answered without its result.");
    const auto& result = *results->results()->Get(0);
    if (result.status() != 0) throw BenchError(refusal("publish", result.status(), result.message()));
    ++acknowledged_;
    latency_.record(nanoseconds_between(moments_[(reply.id() - 1) % moments_.size()], Clock::now()));
}

void BrokerPush::add_descriptors(std::vector<pollfd>& waiting) const {
    for (const auto& connection : connections_) waiting.push_back({connection->descriptor(), POLLIN, 0});
}

}  // namespace tern::bench
