#include "tests/crash/topic_notes.hpp"

#include <string>

#include "tests/crash/names.hpp"
#include "tests/crash/queue_notes.hpp"

namespace tern::crash {
namespace {

std::string data_of(const flatbuffers::Vector<std::uint8_t>* data) {
    return data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string();
}

/// The first part of a subject or a pattern.
std::string topic_in(const flatbuffers::String* subject) {
    const auto text = text_of(subject);
    return text.substr(0, text.find('.'));
}

}  // namespace

void TopicNotes::note(const wire::Request& request, const wire::Reply* reply, Span span) {
    if (const auto* create = request.body_as_CreateTopic()) on_create(*create, span);
    if (const auto* subscribe = request.body_as_Subscribe()) on_subscribe(*subscribe, span);
    if (const auto* acknowledge = request.body_as_Acknowledge())
        on_acknowledge(*acknowledge, reply ? reply->body_as_EntryResults() : nullptr, span);
    if (const auto* add = request.body_as_AddSubscription())
        history_.topics[text_of(add->topic())].queues[text_of(add->queue())] = span;
    if (const auto* publish = request.body_as_Publish())
        on_publish(*publish, reply ? reply->body_as_PublishResults() : nullptr, span);
    const auto* read = reply ? reply->body_as_History() : nullptr;
    if (read == nullptr || read->publications() == nullptr) return;
    for (const auto* publication : *read->publications())
        on_shown(topic_in(publication->subject()), *publication, span.acknowledged);
}

void TopicNotes::on_create(const wire::CreateTopic& create, Span span) {
    auto& topic = history_.topics[text_of(create.name())];
    topic.created = span;
    const auto* settings = create.settings();
    if (settings == nullptr) return;
    if (settings->history_publications() > 0)
        topic.kept_max = static_cast<std::uint64_t>(settings->history_publications());
    topic.retained = settings->retained().value_or(false);
}

/// The first who subscribes makes it.
void TopicNotes::on_subscribe(const wire::Subscribe& subscribe, Span span) {
    if (subscribe.durable() == nullptr) return;
    auto& durable = history_.topics[topic_in(subscribe.pattern())].durable;
    if (!durable) durable = span;
}

void TopicNotes::on_acknowledge(const wire::Acknowledge& acknowledge, const wire::EntryResults* answer, Span span) {
    for (flatbuffers::uoffset_t i = 0; i < acknowledge.handles()->size(); ++i) {
        const auto* results = answer ? answer->results() : nullptr;
        if (results != nullptr && results->Get(i)->status() != 0) continue;
        const auto name = handles_.find(acknowledge.handles()->Get(i)->str());
        if (name != handles_.end()) history_.publications[name->second].acknowledgements.push_back(span);
    }
}

void TopicNotes::on_publish(const wire::Publish& publish, const wire::PublishResults* answer, Span span) {
    for (flatbuffers::uoffset_t i = 0; i < publish.publications()->size(); ++i) {
        const auto& each = *publish.publications()->Get(i);
        const auto data = data_of(each.data());
        auto& publication = history_.publications[name_in(data)];
        publication.topic = topic_in(each.subject());
        publication.subject = text_of(each.subject());
        publication.data = data;
        PublishAttempt attempt{span, {}};
        if (answer) attempt.offset = static_cast<std::uint64_t>(answer->results()->Get(i)->offset());
        publication.attempts.push_back(attempt);
    }
}

void TopicNotes::on_pushed(const wire::Subscribe& subscribe, const wire::Reply& push, Position at) {
    const auto* publications = push.body_as_Publications();
    if (publications == nullptr) return;
    for (const auto* publication : *publications->publications()) {
        on_shown(topic_in(subscribe.pattern()), *publication, at);
        if (publication->handle() != nullptr)
            handles_[publication->handle()->str()] = name_in(data_of(publication->data()));
    }
}

void TopicNotes::on_shown(const std::string& topic, const wire::PushedPublication& publication, Position at) {
    if (publication.offset() < 0) return;
    auto& shown = history_.topics[topic].shown[static_cast<std::uint64_t>(publication.offset())];
    if (shown.first <= at) return;
    shown = {at, data_of(publication.data())};
}

}  // namespace tern::crash
