#include "clients/cpp/source/topic_parts.hpp"

namespace tern::detail {

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>> encode_attributes(
    Builder& builder, const std::vector<MessageAttribute>& attributes) {
    if (attributes.empty()) return 0;
    std::vector<flatbuffers::Offset<wire::MessageAttribute>> offsets;
    offsets.reserve(attributes.size());
    for (const auto& attribute : attributes) {
        const auto name = text(builder, attribute.name);
        const auto type = text(builder, attribute.type);
        const auto value = binary(builder, attribute.value);
        offsets.push_back(wire::CreateMessageAttribute(builder, name, type, value));
    }
    return builder.CreateVector(offsets);
}

std::vector<MessageAttribute> attributes_of(
    const flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>* attributes) {
    std::vector<MessageAttribute> to;
    if (!attributes) return to;
    to.reserve(attributes->size());
    for (const auto* attribute : *attributes) {
        to.push_back({text_of(attribute->name()), text_of(attribute->type()), text_of(attribute->value())});
    }
    return to;
}

Publication decode(const wire::PushedPublication& from) {
    Publication publication;
    publication.subject = text_of(from.subject());
    publication.offset = offset_if_any(from.offset());
    publication.published_at = time_of(from.published_at());
    publication.data = text_of(from.data());
    publication.attributes = attributes_of(from.attributes());
    publication.id = id_of(from.id());
    publication.retained = from.retained();
    publication.handle = text_of(from.handle());
    publication.delivery = from.delivery();
    return publication;
}

std::vector<PresenceMember> members_of(const flatbuffers::Vector<flatbuffers::Offset<wire::PresenceMember>>* from) {
    std::vector<PresenceMember> members;
    if (!from) return members;
    members.reserve(from->size());
    for (const auto* member : *from) {
        members.push_back(
            {text_of(member->member()), text_of(member->state()), member->connections(), time_of(member->joined_at())});
    }
    return members;
}

StartFields fields_of(const HistoryStart& start) {
    StartFields fields;
    if (const auto* last = std::get_if<FromLast>(&start)) {
        fields.from = wire::SubscribeFrom::last;
        fields.last = last->publications;
    } else if (const auto* at = std::get_if<FromOffset>(&start)) {
        fields.from = wire::SubscribeFrom::offset;
        fields.epoch = at->epoch;
        fields.offset = at->offset;
    } else if (const auto* since = std::get_if<FromTime>(&start)) {
        fields.from = wire::SubscribeFrom::time;
        fields.time = since->time.time_since_epoch().count();
    } else if (std::holds_alternative<FromEarliest>(start)) {
        fields.from = wire::SubscribeFrom::earliest;
    }
    return fields;
}

}  // namespace tern::detail
