#include "tests/crash/stream_notes.hpp"

#include <stdexcept>

#include "tests/crash/queue_notes.hpp"

namespace tern::crash {
namespace {

std::string_view view_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    if (!bytes) return {};
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

/// What was told first counts; what is told later only when it is more.
template <class Value>
void note_growing(std::vector<std::pair<Position, Value>>& told, Position at, Value value) {
    if (told.empty() || told.back().second < value) told.emplace_back(at, value);
}

}  // namespace

void StreamNotes::note(const wire::Request& request, const wire::Reply* reply, Span span) {
    switch (request.body_type()) {
        case wire::RequestBody::CreateStream: return on_create(*request.body_as_CreateStream(), span);
        case wire::RequestBody::DeleteStream:
            history_.streams[text_of(request.body_as_DeleteStream()->name())].removals.push_back(span);
            return;
        case wire::RequestBody::TruncateStream: return on_truncate(*request.body_as_TruncateStream(), span);
        case wire::RequestBody::Append:
            on_append(*request.body_as_Append(), reply ? reply->body_as_AppendResults() : nullptr, span);
            return;
        case wire::RequestBody::Fetch:
            if (reply) on_fetch(*request.body_as_Fetch(), *reply->body_as_FetchResults(), span);
            return;
        case wire::RequestBody::JoinGroup: {
            // Whoever does not learn its own name cannot be known; the load waits for every answer.
            if (!reply) throw std::runtime_error("a join without an answer");
            auto& group = history_.groups[text_of(request.body_as_JoinGroup()->group())];
            const auto& answer = *reply->body_as_GroupAssignment();
            group.members[text_of(answer.member())].joined = span;
            return on_assignment(group, answer, span);
        }
        case wire::RequestBody::Heartbeat:
            if (reply)
                on_assignment(history_.groups[text_of(request.body_as_Heartbeat()->group())],
                              *reply->body_as_GroupAssignment(), span);
            return;
        case wire::RequestBody::LeaveGroup: {
            const auto& leave = *request.body_as_LeaveGroup();
            history_.groups[text_of(leave.group())].members[text_of(leave.member())].leaves.push_back(span);
            return;
        }
        case wire::RequestBody::CommitOffsets:
            on_commit(*request.body_as_CommitOffsets(), reply ? reply->body_as_EntryResults() : nullptr, span);
            return;
        default: return;
    }
}

void StreamNotes::on_create(const wire::CreateStream& create, Span span) {
    auto& stream = history_.streams[text_of(create.name())];
    stream.created = span;
    stream.partitions = static_cast<std::uint32_t>(create.settings()->partitions());
}

void StreamNotes::on_truncate(const wire::TruncateStream& truncate, Span span) {
    auto& partition = history_.partitions[{text_of(truncate.name()), truncate.partition()}];
    partition.truncations.push_back({span, static_cast<std::int64_t>(truncate.before())});
}

std::vector<std::string> StreamNotes::on_append(const wire::Append& append, const wire::AppendResults* answer,
                                                Span span) {
    const auto* results = answer ? answer->results() : nullptr;
    std::vector<std::string> contents;
    for (flatbuffers::uoffset_t i = 0; i < append.entries()->size(); ++i) {
        if (results && results->Get(i)->status() != 0) continue;
        const auto* entry = append.entries()->Get(i);
        const auto bytes = view_of(entry->batch());
        const auto header = protocol::read_batch_header(bytes);
        if (!header) throw std::runtime_error("something was appended that is no batch");
        contents.emplace_back(content_of(bytes));
        auto& batch = history_.batches[contents.back()];
        batch.partition = {text_of(append.stream()), entry->partition()};
        batch.producer = header->producer;
        batch.records = static_cast<std::uint64_t>(header->records);
        batch.attempts.push_back({span, {}});
        if (results) batch.attempts.back().base_offset = static_cast<std::uint64_t>(results->Get(i)->base_offset());
    }
    return contents;
}

void StreamNotes::on_fetch(const wire::Fetch& fetch, const wire::FetchResults& answer, Span span) {
    for (flatbuffers::uoffset_t i = 0; i < fetch.entries()->size(); ++i) {
        const auto* result = answer.results()->Get(i);
        if (result->status() != 0) continue;
        const auto* entry = fetch.entries()->Get(i);
        auto& partition = history_.partitions[{text_of(entry->stream()), entry->partition()}];
        note_growing(partition.ends, span.acknowledged, static_cast<std::uint64_t>(result->end_offset()));
        on_batches(partition, view_of(result->batches()), span.acknowledged);
    }
}

void StreamNotes::on_batches(PartitionHistory& partition, std::string_view batches, Position at) {
    while (!batches.empty()) {
        const auto header = protocol::read_batch_header(batches);
        if (!header) throw std::runtime_error("a fetch was answered with a batch that is cut off");
        const auto content = content_of(batches.substr(0, header->bytes));
        auto& shown = partition.shown[static_cast<std::uint64_t>(header->base_offset)];
        if (shown.first == never) shown = {at, std::string(content), static_cast<std::uint64_t>(header->next_offset())};
        if (shown.content != content) throw std::runtime_error("two fetches show different batches at one offset");
        batches.remove_prefix(header->bytes);
    }
}

void StreamNotes::on_assignment(GroupHistory& group, const wire::GroupAssignment& answer, Span span) {
    note_growing(group.generations, span.acknowledged, answer.generation());
}

std::vector<std::pair<OffsetKey, std::int64_t>> StreamNotes::on_commit(const wire::CommitOffsets& commit,
                                                                       const wire::EntryResults* answer, Span span) {
    std::vector<std::pair<OffsetKey, std::int64_t>> committed;
    const auto group = text_of(commit.group());
    // It exists from its first commit on.
    history_.groups[group];
    for (flatbuffers::uoffset_t i = 0; i < commit.entries()->size(); ++i) {
        if (refused(answer, i)) continue;
        const auto* entry = commit.entries()->Get(i);
        const auto value = static_cast<std::int64_t>(entry->offset());
        committed.push_back({{group, {text_of(entry->stream()), entry->partition()}}, value});
        history_.offsets[committed.back().first].push_back({span, value});
    }
    return committed;
}

}  // namespace tern::crash
