#include <memory>
#include <utility>

#include "broker/engine/publication.hpp"
#include "broker/engine/subject.hpp"
#include "broker/frontends/websocket/json_requests.hpp"
#include "protocol/limits.hpp"

namespace tern::websocket {

namespace {

/// What the objects of a publish have in common.
struct PublishFrame {
    std::optional<std::string> namespace_name;
    std::optional<bool> ephemeral;
};

/// One publication; what holds for all must be the same in all of them.
MaybeRefusal read_publication(json::Reader& reader, std::string place, PublishFrame& frame,
                              engine::PublicationBatch& to) {
    Fields fields(reader, std::move(place));
    engine::Publication publication;
    std::optional<Bytes> data;
    std::string namespace_name;
    bool ephemeral = false;
    std::vector<JsonAttribute> attributes;
    while (fields.next()) {
        if (fields.is("subject"))
            fields.text(publication.subject);
        else if (fields.data("text", data))
            continue;
        else if (fields.is("attributes"))
            read_attributes(fields, attributes);
        else if (fields.is("key"))
            fields.text(publication.deduplication_id);
        else if (fields.is("group"))
            fields.text(publication.group_id);
        else if (fields.is("ephemeral"))
            fields.flag(ephemeral);
        else if (fields.is("namespace"))
            fields.namespace_name(namespace_name);
        else
            fields.unknown();
    }
    if (publication.subject.empty()) fields.missing("subject");
    if (!data) fields.missing("data, text or base64");
    const bool differs = (frame.ephemeral && *frame.ephemeral != ephemeral) ||
                         (frame.namespace_name && *frame.namespace_name != namespace_name);
    if (differs) fields.refuse(Errc::request_malformed, "ephemeral and namespace are the same for all");
    if (fields.refusal()) return fields.refusal();

    publication.data = std::move(*data);
    for (auto& [name, type, value] : attributes) {
        publication.attributes.push_back({std::move(name), std::move(type), std::move(value)});
    }
    frame = {std::move(namespace_name), ephemeral};
    to.push_back(std::move(publication));
    return std::nullopt;
}

}  // namespace

JsonDemand read_publish(json::Reader& reader, Ask& ask) {
    engine::PublicationBatch batch;
    PublishFrame frame;
    MaybeRefusal refusal;
    if (reader.kind() == json::Kind::array) {
        ask = Ask::publish_many;
        reader.begin_array();
        while (!refusal && reader.next_element()) {
            if (batch.size() == protocol::batch_entries_max) return {native::Refusal{Errc::batch_too_long, "publish"}};
            refusal = read_publication(reader, "publish[" + std::to_string(batch.size()) + "].", frame, batch);
        }
    } else {
        refusal = read_publication(reader, {}, frame, batch);
    }
    if (refusal) return {*refusal};
    if (batch.empty()) return {native::Refusal{Errc::batch_empty, "publish"}};

    engine::Publish publish;
    publish.topic = {*frame.namespace_name, std::string(engine::topic_of(batch.front().subject))};
    publish.ephemeral = *frame.ephemeral;
    publish.batch = std::make_shared<const engine::PublicationBatch>(std::move(batch));
    return {engine::Command(std::move(publish))};
}

}  // namespace tern::websocket
