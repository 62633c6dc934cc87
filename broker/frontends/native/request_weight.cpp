#include "broker/frontends/native/request_weight.hpp"

#include <algorithm>

#include "broker/frontends/native/request_fields.hpp"

namespace tern::native {

namespace {

using Attributes = flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>;

std::size_t bytes_in(const Attributes* attributes) {
    if (!attributes) return 0;
    std::size_t bytes = 0;
    // No more of them are ever read.
    const auto count = std::min<std::size_t>(attributes->size(), protocol::message_attributes_max + 1);
    for (flatbuffers::uoffset_t i = 0; i < count; ++i) {
        const auto& attribute = *attributes->Get(i);
        bytes +=
            view_of(attribute.name()).size() + view_of(attribute.type()).size() + view_of(attribute.value()).size();
    }
    return bytes;
}

std::size_t bytes_in(const wire::NewMessage& message) {
    return view_of(message.body()).size() + bytes_in(message.attributes()) + view_of(message.group_id()).size() +
           view_of(message.deduplication_id()).size() + view_of(message.trace_header()).size();
}

std::size_t bytes_in(const wire::NewPublication& publication) {
    return view_of(publication.subject()).size() + view_of(publication.data()).size() +
           bytes_in(publication.attributes()) + view_of(publication.group_id()).size() +
           view_of(publication.deduplication_id()).size();
}

std::size_t bytes_in(const wire::AppendEntry& entry) {
    return view_of(entry.batch()).size();
}

std::size_t bytes_in(const wire::PartitionSet& set);
std::size_t bytes_in(const wire::Send& send);
std::size_t bytes_in(const wire::Append& append);

template <class Entry>
std::size_t bytes_in_all(const flatbuffers::Vector<flatbuffers::Offset<Entry>>* entries) {
    if (!entries) return 0;
    std::size_t bytes = 0;
    for (const auto* entry : *entries) bytes += bytes_in(*entry);
    return bytes;
}

std::size_t bytes_in(const wire::Send& send) {
    return bytes_in_all(send.messages());
}

std::size_t bytes_in(const wire::Append& append) {
    return bytes_in_all(append.entries());
}

/// The engine looks for each partition that a member says it works on: some 0.5 microseconds, as long as it takes to
/// store so many bytes.
constexpr std::size_t bytes_per_owned_partition = 32;

std::size_t bytes_in(const wire::PartitionSet& set) {
    return set.partitions() ? set.partitions()->size() * bytes_per_owned_partition : 0;
}

}  // namespace

std::size_t told_bytes(const wire::Request& request) {
    if (const auto* publish = request.body_as_Publish()) return bytes_in_all(publish->publications());
    if (const auto* send = request.body_as_Send()) return bytes_in(*send);
    if (const auto* append = request.body_as_Append()) return bytes_in(*append);
    if (const auto* transact = request.body_as_Transact()) {
        return bytes_in_all(transact->sends()) + bytes_in_all(transact->appends());
    }
    if (const auto* heartbeat = request.body_as_Heartbeat()) {
        // Too many of them are refused by their number, with the name of the field.
        return std::min(bytes_in_all(heartbeat->owned()), protocol::frame_bytes_max);
    }
    return 0;
}

}  // namespace tern::native
