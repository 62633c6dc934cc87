#include "tests/crash/queue_notes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/crash/hours.hpp"
#include "tests/crash/names.hpp"

namespace tern::crash {
namespace {

std::int64_t hours_of(std::int64_t ms) {
    return (ms + hour_ms / 2) / hour_ms;
}

}  // namespace

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

bool refused(const wire::EntryResults* answer, flatbuffers::uoffset_t entry) {
    const auto* results = answer ? answer->results() : nullptr;
    return results && entry < results->size() && results->Get(entry)->status() != 0;
}

void QueueNotes::note(const wire::Request& request, const wire::Reply* reply, Span span) {
    switch (request.body_type()) {
        case wire::RequestBody::CreateQueue: return on_create(*request.body_as_CreateQueue(), span);
        case wire::RequestBody::DeleteQueue:
            history_.queues[text_of(request.body_as_DeleteQueue()->name())].removals.push_back(span);
            return;
        case wire::RequestBody::PurgeQueue:
            history_.queues[text_of(request.body_as_PurgeQueue()->name())].purges.push_back(span);
            return;
        case wire::RequestBody::SetQueue: return on_set(*request.body_as_SetQueue(), span);
        case wire::RequestBody::Send:
            on_send(*request.body_as_Send(), reply ? reply->body_as_SendResults() : nullptr, span);
            return;
        case wire::RequestBody::Receive:
            if (reply) on_receive(*request.body_as_Receive(), *reply->body_as_Messages(), span);
            return;
        case wire::RequestBody::Delete:
            on_delete(*request.body_as_Delete(), reply ? reply->body_as_EntryResults() : nullptr, span);
            return;
        case wire::RequestBody::ChangeVisibility:
            return on_change(*request.body_as_ChangeVisibility(), reply ? reply->body_as_EntryResults() : nullptr,
                             span);
        default: return;
    }
}

void QueueNotes::on_create(const wire::CreateQueue& create, Span span) {
    // The topic's history tells what is in it.
    if (text_of(create.name()) == fed_queue) return;
    auto& queue = history_.queues[text_of(create.name())];
    queue.created = span;
    queue.fifo = create.settings() && create.settings()->fifo().value_or(false);
    queue.visibility.push_back({span, hours_of(create.settings()->visibility_timeout_ms())});
}

void QueueNotes::on_set(const wire::SetQueue& set, Span span) {
    auto& queue = history_.queues[text_of(set.name())];
    queue.visibility.push_back({span, hours_of(set.settings()->visibility_timeout_ms())});
}

std::vector<std::string> QueueNotes::on_send(const wire::Send& send, const wire::SendResults* answer, Span span) {
    const auto* results = answer ? answer->results() : nullptr;
    std::vector<std::string> names;
    for (flatbuffers::uoffset_t i = 0; i < send.messages()->size(); ++i) {
        if (results && results->Get(i)->status() != 0) continue;
        const auto* entry = send.messages()->Get(i);
        SentMessage message;
        message.queue = text_of(send.queue());
        message.body.assign(reinterpret_cast<const char*>(entry->body()->data()), entry->body()->size());
        message.group = text_of(entry->group_id());
        message.sent = span;
        message.sequence = results ? results->Get(i)->sequence() : 0;
        message.visibility.push_back({span, 0});
        names.push_back(name_in(message.body));
        // Its receive may have been answered, and read here, before its send was.
        auto& noted = history_.messages[names.back()];
        std::ranges::move(noted.visibility, std::back_inserter(message.visibility));
        std::swap(message.receives, noted.receives);
        std::swap(message.deletes, noted.deletes);
        noted = std::move(message);
    }
    return names;
}

void QueueNotes::on_receive(const wire::Receive& receive, const wire::Messages& answer, Span span) {
    if (!answer.messages()) return;
    for (const auto* received : *answer.messages()) {
        const std::string_view body(reinterpret_cast<const char*>(received->body()->data()), received->body()->size());
        const auto name = name_in(body);
        auto& message = history_.messages[name];
        message.receives.push_back(span);
        message.visibility.push_back({span, hours_of(receive.visibility_timeout_ms())});
        handles_[text_of(received->receipt_handle())] = name;
    }
}

std::vector<std::string> QueueNotes::on_delete(const wire::Delete& remove, const wire::EntryResults* answer,
                                               Span span) {
    std::vector<std::string> names;
    for (flatbuffers::uoffset_t i = 0; i < remove.receipt_handles()->size(); ++i) {
        if (refused(answer, i)) continue;
        names.push_back(handles_.at(text_of(remove.receipt_handles()->Get(i))));
        history_.messages[names.back()].deletes.push_back(span);
    }
    return names;
}

void QueueNotes::on_change(const wire::ChangeVisibility& change, const wire::EntryResults* answer, Span span) {
    for (flatbuffers::uoffset_t i = 0; i < change.changes()->size(); ++i) {
        if (refused(answer, i)) continue;
        const auto* entry = change.changes()->Get(i);
        const auto name = handles_.at(text_of(entry->receipt_handle()));
        history_.messages[name].visibility.push_back({span, hours_of(entry->visibility_timeout_ms())});
    }
}

}  // namespace tern::crash
