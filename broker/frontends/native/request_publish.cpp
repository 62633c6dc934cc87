#include <algorithm>
#include <memory>
#include <utility>

#include "broker/engine/publication.hpp"
#include "broker/engine/subject.hpp"
#include "broker/frontends/native/request_demands.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

using NewPublications = flatbuffers::Vector<flatbuffers::Offset<wire::NewPublication>>;

engine::Publication publication_of(const wire::NewPublication& from) {
    engine::Publication to;
    to.subject = view_of(from.subject());
    to.data = view_of(from.data());
    if (const auto* attributes = from.attributes()) {
        // One more than allowed is enough for the engine to refuse this publication and not its neighbours.
        const auto count = std::min<std::size_t>(attributes->size(), protocol::message_attributes_max + 1);
        to.attributes.reserve(count);
        for (flatbuffers::uoffset_t i = 0; i < count; ++i) {
            const auto* attribute = attributes->Get(i);
            to.attributes.push_back(
                {text_of(attribute->name()), text_of(attribute->type()), Bytes(view_of(attribute->value()))});
        }
    }
    to.group_id = view_of(from.group_id());
    if (from.deduplication_id()) to.deduplication_id = text_of(from.deduplication_id());
    return to;
}

/// The topic of all publications. A subject that is none is the engine's to refuse, together with its publication only;
/// but one of them must say which topic it is about.
MaybeRefusal read_topic_of_all(const NewPublications& publications, std::string& topic) {
    for (flatbuffers::uoffset_t i = 0; i < publications.size(); ++i) {
        const auto subject = view_of(publications.Get(i)->subject());
        if (!engine::valid_subject(subject)) continue;
        const auto here = engine::topic_of(subject);
        if (topic.empty()) topic = here;
        if (here == topic) continue;
        return Refusal{Errc::subjects_of_two_topics,
                       "publications[" + std::to_string(i) + "].subject: " + std::string(here) + " beside " + topic};
    }
    if (!topic.empty()) return std::nullopt;
    if (view_of(publications.Get(0)->subject()).empty()) return missing("subject");
    return Refusal{Errc::subject_invalid, "subject"};
}

}  // namespace

Demand demand_of(const wire::Publish& body) {
    engine::Publish command;
    if (auto refusal = check_batch(body.publications(), "publications")) return *refusal;
    if (auto refusal = read_namespace(body.namespace_name(), command.topic.namespace_name)) return *refusal;
    if (auto refusal = read_topic_of_all(*body.publications(), command.topic.name)) return *refusal;
    auto batch = std::make_shared<engine::PublicationBatch>();
    batch->reserve(body.publications()->size());
    for (const auto* publication : *body.publications()) batch->push_back(publication_of(*publication));
    command.batch = std::move(batch);
    command.ephemeral = body.ephemeral();
    return engine::Command(std::move(command));
}

}  // namespace tern::native
