#include "tests/unit/client/fake_streams.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

namespace tern {

namespace {

namespace asio = boost::asio;
namespace wire = protocol::wire;
using Tcp = asio::ip::tcp;

}  // namespace

FakeStreams::FakeStreams(std::uint32_t partitions, Judge judge, std::size_t record_bytes_max)
    : partitions_(partitions),
      record_bytes_max_(record_bytes_max),
      judge_(std::move(judge)),
      log_(partitions),
      acceptor_(context_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      address_{"127.0.0.1", acceptor_.local_endpoint().port()} {
    thread_ = std::thread([this] {
        while (!ended_) {
            FakePeer peer(acceptor_.accept());
            try {
                if (!ended_) serve(peer);
            } catch (const boost::system::system_error&) {
                // The client has hung up.
            }
        }
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    });
}

FakeStreams::~FakeStreams() {
    ended_ = true;
    // Wakes the thread out of its wait for a connection.
    Tcp::socket last(context_);
    boost::system::error_code ignored;
    last.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), address_.port), ignored);
    thread_.join();
}

std::vector<std::string> FakeStreams::values(std::uint32_t partition) const {
    const std::lock_guard lock(mutex_);
    return log_.at(partition).values;
}

void FakeStreams::serve(FakePeer& peer) {
    peer.welcome();
    while (answer(peer, peer.receive())) {
    }
}

bool FakeStreams::answer(FakePeer& peer, const FakePeer::Request& request) {
    flatbuffers::FlatBufferBuilder builder;
    if (request.kind == wire::RequestBody::Append) return on_append(peer, request);
    if (request.kind == wire::RequestBody::AllocateProducer) {
        peer.answer(request.id, builder, wire::CreateProducerAllocated(builder, ++producers_, 0));
        return true;
    }
    if (request.kind != wire::RequestBody::DescribeStream) return false;
    wire::StreamSettingsBuilder settings(builder);
    settings.add_partitions(static_cast<std::int32_t>(partitions_));
    settings.add_record_bytes_max(static_cast<std::int64_t>(record_bytes_max_));
    const auto settings_offset = settings.Finish();
    std::vector<flatbuffers::Offset<wire::PartitionDescription>> partitions;
    for (std::uint32_t i = 0; i < partitions_; ++i) {
        partitions.push_back(wire::CreatePartitionDescription(builder, i));
    }
    peer.answer(request.id, builder,
                wire::CreateStreamDescriptionDirect(builder, "events", settings_offset, &partitions));
    return true;
}

bool FakeStreams::on_append(FakePeer& peer, const FakePeer::Request& request) {
    const std::lock_guard held(held_);
    const auto decision = judge_ ? judge_(appends_) : Decision{};
    ++appends_;
    if (decision.fault == Fault::go_away) ended_ = true;
    if (decision.fault == Fault::hang_up_before || decision.fault == Fault::go_away) return false;
    if (decision.fault == Fault::refuse) {
        peer.refuse(request.id, static_cast<std::uint16_t>(decision.status));
        return true;
    }
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<wire::AppendResult>> results;
    for (const auto* entry : *request.body_as<wire::Append>()->entries()) {
        const std::string batch(entry->batch()->begin(), entry->batch()->end());
        const auto result = append(entry->partition(), batch);
        results.push_back(wire::CreateAppendResult(builder, static_cast<std::uint16_t>(result.status), 0,
                                                   static_cast<std::int64_t>(result.base_offset), 1'700'000'000'000,
                                                   result.duplicate));
    }
    if (decision.fault == Fault::hang_up_after) return false;
    const auto vector = builder.CreateVector(results);
    peer.answer(request.id, builder, wire::CreateAppendResults(builder, vector));
    return true;
}

AppendResult FakeStreams::append(std::uint32_t partition, const std::string& batch) {
    const std::lock_guard lock(mutex_);
    batch_bytes_max_ = std::max(batch_bytes_max_.load(), batch.size());
    auto& log = log_.at(partition);
    AppendResult result;
    protocol::BatchReader reader(batch);
    if (reader.fault() != protocol::BatchFault::none) {
        result.status = Status::record_batch_damaged;
        return result;
    }
    const auto& stamp = reader.header().producer;
    result.base_offset = log.values.size();
    if (stamp.id >= 0) {
        if (stamp.id > producers_) {
            result.status = Status::producer_unknown;
            return result;
        }
        const auto known = log.producers.find(stamp.id);
        if (known != log.producers.end()) {
            for (const auto& [sequence, base_offset] : known->second.batches) {
                if (sequence != stamp.sequence) continue;
                result.base_offset = base_offset;
                result.duplicate = true;
                return result;
            }
            if (known->second.next_sequence != stamp.sequence) {
                result.status = Status::sequence_out_of_order;
                return result;
            }
        }
        auto& producer = log.producers[stamp.id];
        producer.next_sequence = stamp.sequence + reader.header().records;
        producer.batches.emplace_back(stamp.sequence, result.base_offset);
        if (producer.batches.size() > 5) producer.batches.erase(producer.batches.begin());
    }
    while (const auto* record = reader.next()) log.values.emplace_back(record->value.value_or("null"));
    return result;
}

}  // namespace tern
