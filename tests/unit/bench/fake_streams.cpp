#include "tests/unit/bench/fake_streams.hpp"

#include <chrono>

#include "protocol/record_batch.hpp"
#include "protocol/status.hpp"
#include "tests/unit/bench/fake_reply.hpp"

namespace tern::bench {

namespace wire = protocol::wire;
using Builder = flatbuffers::FlatBufferBuilder;

namespace {

constexpr std::size_t right_batches = 2;

}  // namespace

void FakeStreams::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    grown_.notify_all();
}

std::uint64_t FakeStreams::commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
}

std::size_t FakeStreams::streams() const {
    const std::lock_guard lock(mutex_);
    return streams_.size();
}

std::size_t FakeStreams::groups() const {
    const std::lock_guard lock(mutex_);
    return groups_.size();
}

std::uint64_t FakeStreams::records() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t records = 0;
    for (const auto& [name, stream] : streams_)
        for (const auto& partition : stream) records += partition.end;
    return records;
}

std::optional<std::string> FakeStreams::answer(const wire::Request& request) {
    std::unique_lock lock(mutex_);
    const auto id = request.id();
    Builder builder;
    if (const auto* described = request.body_as_DescribeStream()) return describe(id, *described);
    if (const auto* fetched = request.body_as_Fetch()) return fetch(lock, id, *fetched);
    if (const auto* appended = request.body_as_Append()) return append(id, *appended);
    if (const auto* create = request.body_as_CreateStream()) {
        streams_[create->name()->str()].resize(static_cast<std::size_t>(create->settings()->partitions()));
        return reply_frame(builder, id, wire::CreateStreamCreated(builder, true));
    }
    if (const auto* stream = request.body_as_DeleteStream()) {
        streams_.erase(stream->name()->str());
        return reply_frame(builder, id, wire::CreateDone(builder));
    }
    if (const auto* join = request.body_as_JoinGroup()) {
        ++groups_[join->group()->str()];
        return reply_frame(builder, id, wire::CreateGroupAssignment(builder, builder.CreateString("member"), 1));
    }
    if (request.body_as_Heartbeat() != nullptr)
        return reply_frame(builder, id, wire::CreateGroupAssignment(builder, builder.CreateString("member"), 1));
    if (request.body_as_CommitOffsets() != nullptr) {
        const auto results = builder.CreateVector(std::vector{wire::CreateEntryResult(builder)});
        return reply_frame(builder, id, wire::CreateEntryResults(builder, results));
    }
    if (request.body_as_LeaveGroup() != nullptr) return reply_frame(builder, id, wire::CreateDone(builder));
    if (const auto* group = request.body_as_DeleteGroup()) {
        groups_.erase(group->name()->str());
        return reply_frame(builder, id, wire::CreateDone(builder));
    }
    return std::nullopt;
}

std::string FakeStreams::describe(std::uint64_t id, const wire::DescribeStream& request) {
    Builder builder;
    std::vector<flatbuffers::Offset<wire::PartitionDescription>> partitions;
    for (const auto& partition : streams_[request.name()->str()])
        partitions.push_back(
            wire::CreatePartitionDescription(builder, static_cast<std::uint32_t>(partitions.size()), 0, partition.end));
    const auto list = builder.CreateVector(partitions);
    wire::StreamDescriptionBuilder description(builder);
    description.add_partitions(list);
    return reply_frame(builder, id, description.Finish());
}

std::string FakeStreams::append(std::uint64_t id, const wire::Append& request) {
    Builder builder;
    ++commands_;
    const auto& entry = *request.entries()->Get(0);
    const auto found = streams_.find(request.stream()->str());
    // Appends may still be on their way when a measurement has ended and its stream is deleted.
    if (found == streams_.end()) {
        const auto gone =
            wire::CreateAppendResult(builder, static_cast<std::uint16_t>(protocol::Status::stream_does_not_exist));
        return reply_frame(builder, id, wire::CreateAppendResults(builder, builder.CreateVector(std::vector{gone})));
    }
    auto& partition = found->second[entry.partition()];
    const bool wrong = partition.batches.size() >= right_batches;
    const auto status = wrong && faults_.refuse ? protocol::Status::overloaded : protocol::Status::ok;
    const auto base = partition.end + (wrong && faults_.leave_an_offset_out ? 1 : 0);

    std::string bytes(reinterpret_cast<const char*>(entry.batch()->data()), entry.batch()->size());
    protocol::set_base_offset(bytes.data(), static_cast<std::int64_t>(base));
    const auto next = static_cast<std::uint64_t>(protocol::read_batch_header(bytes)->next_offset());
    if (!(wrong && faults_.forget)) {
        partition.batches.push_back({base, next, std::move(bytes)});
        partition.end = next;
    }
    grown_.notify_all();

    const auto told = wrong && faults_.tell_an_offset_twice ? base - (next - base) : base;
    wire::AppendResultBuilder result(builder);
    result.add_status(static_cast<std::uint16_t>(status));
    result.add_base_offset(static_cast<std::int64_t>(told));
    result.add_duplicate(wrong && faults_.take_for_repetition);
    const auto results = builder.CreateVector(std::vector{result.Finish()});
    return reply_frame(builder, id, wire::CreateAppendResults(builder, results));
}

std::string FakeStreams::fetch(std::unique_lock<std::mutex>& lock, std::uint64_t id, const wire::Fetch& request) {
    const auto something = [&] {
        for (const auto* entry : *request.entries()) {
            const auto found = streams_.find(entry->stream()->str());
            if (found == streams_.end() || found->second[entry->partition()].end > entry->offset()) return true;
        }
        return stopped_;
    };
    grown_.wait_for(lock, std::chrono::milliseconds(request.wait_ms()), something);

    Builder builder;
    std::vector<flatbuffers::Offset<wire::FetchResult>> results;
    for (const auto* entry : *request.entries()) {
        const auto found = streams_.find(entry->stream()->str());
        if (found == streams_.end()) {
            results.push_back(
                wire::CreateFetchResult(builder, static_cast<std::uint16_t>(protocol::Status::stream_does_not_exist)));
            continue;
        }
        const auto& partition = found->second[entry->partition()];
        const auto read_bytes = read(partition, entry->offset(), entry->bytes_max());
        const auto batches =
            builder.CreateVector(reinterpret_cast<const std::uint8_t*>(read_bytes.data()), read_bytes.size());
        wire::FetchResultBuilder result(builder);
        result.add_start_offset(0);
        result.add_end_offset(static_cast<std::int64_t>(partition.end));
        result.add_batches(batches);
        results.push_back(result.Finish());
    }
    return reply_frame(builder, id, wire::CreateFetchResults(builder, builder.CreateVector(results)));
}

std::string FakeStreams::read(const Partition& partition, std::uint64_t offset, std::uint32_t bytes_max) const {
    std::string bytes;
    if (faults_.withhold) return bytes;
    for (std::size_t i = 0; i < partition.batches.size(); ++i) {
        const auto& batch = partition.batches[i];
        if (batch.next_offset <= offset || (i == right_batches && faults_.leave_a_batch_out)) continue;
        if (!bytes.empty() && bytes.size() + batch.bytes.size() > bytes_max) break;
        bytes += batch.bytes;
        if (i == right_batches && faults_.damage) bytes.back() ^= 1;
    }
    return bytes;
}

}  // namespace tern::bench
