#include <utility>

#include "broker/frontends/native/request_demands.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

// Offsets are looked up one by one on an I/O thread: with so many others would feel it.
constexpr std::size_t partitions_in_all_max = 65'536;

using PartitionSets = flatbuffers::Vector<flatbuffers::Offset<wire::PartitionSet>>;

/// How many sets there may be, and what more of them are refused with.
struct SetLimit {
    std::string_view field;
    std::size_t sets_max;
    Errc too_many;
};

MaybeRefusal read_partitions(const PartitionSets* sets, const SetLimit& limit, std::vector<engine::PartitionSet>& to) {
    if (!sets) return std::nullopt;
    if (sets->size() > limit.sets_max) return Refusal{limit.too_many, std::string(limit.field)};
    std::size_t in_all = 0;
    for (const auto* set : *sets) {
        const auto stream = view_of(set->stream());
        if (stream.empty()) return missing("stream");
        if (stream.size() > protocol::stream_name_bytes_max) return Refusal{Errc::stream_name_invalid, "stream"};
        auto& copy = to.emplace_back();
        copy.stream = stream;
        if (!set->partitions()) continue;
        in_all += set->partitions()->size();
        if (set->partitions()->size() > protocol::partitions_max || in_all > partitions_in_all_max) {
            return Refusal{Errc::partition_does_not_exist, std::string(limit.field) + ": too many partitions"};
        }
        copy.partitions.assign(set->partitions()->begin(), set->partitions()->end());
    }
    return std::nullopt;
}

/// A member's name as the broker gave it is far shorter than what is refused here.
MaybeRefusal read_member(const flatbuffers::String* member, std::string& to) {
    if (view_of(member).size() > id_bytes_max) return Refusal{Errc::group_member_unknown, "member"};
    to = view_of(member);
    return std::nullopt;
}

MaybeRefusal read_member_that_must_be(const flatbuffers::String* member, std::string& to) {
    if (view_of(member).empty()) return missing("member");
    return read_member(member, to);
}

MaybeRefusal read_subscription(const wire::JoinGroup& body, std::vector<std::string>& to) {
    if (!body.streams()) return missing("streams");
    if (body.streams()->size() == 0 || body.streams()->size() > protocol::group_streams_max) {
        return Refusal{Errc::group_subscription_invalid, "streams"};
    }
    for (const auto* stream : *body.streams()) {
        if (stream->size() > protocol::stream_name_bytes_max) return Refusal{Errc::stream_name_invalid, "streams"};
        to.push_back(stream->str());
    }
    return std::nullopt;
}

/// Whoever gives no size of a page knows of no pages, and wants all in one answer.
template <class Body>
MaybeRefusal read_page_if_any(const Body& body, std::optional<engine::Page>& to) {
    if (body.entries_max() != 0) return read_page(body.entries_max(), body.page_token(), to.emplace());
    if (view_of(body.page_token()).empty()) return std::nullopt;
    return Refusal{Errc::page_size_invalid, "entries_max"};
}

}  // namespace

Demand demand_of(const wire::JoinGroup& body) {
    engine::JoinGroup command;
    if (auto refusal = read_group(body.namespace_name(), body.group(), "group", command.group)) return *refusal;
    if (auto refusal = read_member(body.member(), command.member)) return *refusal;
    if (view_of(body.instance()).size() > protocol::group_name_bytes_max) {
        return Refusal{Errc::instance_id_invalid, "instance"};
    }
    command.instance = text_of(body.instance());
    if (auto refusal = read_subscription(body, command.streams)) return *refusal;
    if (auto refusal = read_enum(body.strategy(), "strategy", command.strategy)) return *refusal;
    command.session_timeout = Milliseconds(body.session_timeout_ms());
    command.client = view_of(body.client()).substr(0, client_name_bytes_max);
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::Heartbeat& body) {
    engine::Heartbeat command;
    if (auto refusal = read_group(body.namespace_name(), body.group(), "group", command.group)) return *refusal;
    if (auto refusal = read_member_that_must_be(body.member(), command.member)) return *refusal;
    const SetLimit limit{"owned", protocol::group_streams_max, Errc::group_subscription_invalid};
    if (auto refusal = read_partitions(body.owned(), limit, command.owned)) return *refusal;
    command.generation = body.generation();
    command.wait = Milliseconds(body.wait_ms());
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::LeaveGroup& body) {
    engine::LeaveGroup command;
    if (auto refusal = read_group(body.namespace_name(), body.group(), "group", command.group)) return *refusal;
    if (auto refusal = read_member_that_must_be(body.member(), command.member)) return *refusal;
    return engine::Command(std::move(command));
}

MaybeRefusal read_commit(const wire::CommitOffsets& body, engine::CommitOffsets& to) {
    if (auto refusal = read_group(body.namespace_name(), body.group(), "group", to.group)) return refusal;
    if (auto refusal = read_member(body.member(), to.member)) return refusal;
    if (auto refusal = check_batch(body.entries(), "entries")) return refusal;
    to.generation = body.generation();
    to.offsets.reserve(body.entries()->size());
    for (const auto* entry : *body.entries()) {
        const auto stream = view_of(entry->stream());
        if (stream.empty()) return missing("stream");
        if (stream.size() > protocol::stream_name_bytes_max) return Refusal{Errc::stream_name_invalid, "stream"};
        to.offsets.push_back({std::string(stream), entry->partition(), entry->offset(), view_of(entry->metadata())});
    }
    return std::nullopt;
}

Demand demand_of(const wire::CommitOffsets& body) {
    engine::CommitOffsets command;
    if (auto refusal = read_commit(body, command)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::FetchOffsets& body) {
    FetchOffsets query;
    if (auto refusal = read_group(body.namespace_name(), body.group(), "group", query.group)) return *refusal;
    const SetLimit limit{"partitions", protocol::batch_entries_max, Errc::batch_too_long};
    if (auto refusal = read_partitions(body.partitions(), limit, query.partitions)) return *refusal;
    if (auto refusal = read_page_if_any(body, query.page)) return *refusal;
    // What is named is answered at once: it is the request that bounds the answer.
    if (query.page && !query.partitions.empty())
        return Refusal{Errc::page_size_invalid, "entries_max: partitions are named"};
    return Query(std::move(query));
}

Demand demand_of(const wire::DeleteGroup& body) {
    engine::DeleteGroup command;
    if (auto refusal = read_group(body.namespace_name(), body.name(), "name", command.group)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::ListGroups& body) {
    ListGroups query;
    const auto refusal = read_list(body, protocol::group_name_bytes_max, Errc::group_name_invalid, query);
    return refusal ? Demand(*refusal) : Demand(Query(std::move(query)));
}

Demand demand_of(const wire::DescribeGroup& body) {
    DescribeGroup query;
    if (auto refusal = read_group(body.namespace_name(), body.name(), "name", query.group)) return *refusal;
    if (auto refusal = read_page_if_any(body, query.page)) return *refusal;
    return Query(std::move(query));
}

}  // namespace tern::native
