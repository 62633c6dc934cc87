#include "broker/engine/publication_record.hpp"

#include <array>
#include <charconv>

#include "broker/base/hex.hpp"
#include "broker/engine/fields.hpp"
#include "broker/engine/sending.hpp"

namespace tern::engine {
namespace {

constexpr BytesView id_header = "tern.id";
constexpr BytesView group_header = "tern.group";
constexpr std::size_t id_bytes = 16;
constexpr std::size_t type_length_bytes = 2;

constexpr BytesView subject_attribute = "tern.subject";
constexpr BytesView offset_attribute = "tern.offset";
constexpr BytesView epoch_attribute = "tern.epoch";
constexpr BytesView id_attribute = "tern.id";
constexpr BytesView time_attribute = "tern.time";
constexpr BytesView extras_attribute = "tern.extras";
constexpr std::size_t own_attributes = 5;

template <class T>
std::optional<T> parse(BytesView text, int base = 10) {
    T number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<MessageId> parse_id(BytesView text) {
    Bytes digits;
    for (const char c : text)
        if (c != '-') digits += c;
    if (digits.size() != 2 * id_bytes) return std::nullopt;
    const auto high = parse<std::uint64_t>(BytesView(digits).substr(0, id_bytes), 16);
    const auto low = parse<std::uint64_t>(BytesView(digits).substr(id_bytes), 16);
    if (!high || !low) return std::nullopt;
    return MessageId{*high, *low};
}

bool read_attribute_header(const protocol::RecordHeader& header, Publication& to) {
    const auto value = header.value.value_or(BytesView());
    if (value.size() < type_length_bytes) return false;
    const auto type_bytes = load_little<std::uint16_t>(value.data());
    if (value.size() < type_length_bytes + type_bytes) return false;
    to.attributes.push_back({std::string(header.key), std::string(value.substr(type_length_bytes, type_bytes)),
                             Bytes(value.substr(type_length_bytes + type_bytes))});
    return true;
}

}  // namespace

HistoryRecord::HistoryRecord(const Publication& publication, const MessageId& id) {
    // In one go, so that nothing moves while the headers point to it.
    std::size_t bytes = id_bytes;
    for (const auto& attribute : publication.attributes)
        bytes += type_length_bytes + attribute.type.size() + attribute.value.size();
    memory_.reserve(bytes);

    memory_.resize(id_bytes);
    store_little(memory_.data(), id.high);
    store_little(memory_.data() + sizeof id.high, id.low);
    headers_.push_back({id_header, BytesView(memory_)});
    if (!publication.group_id.empty()) headers_.push_back({group_header, publication.group_id});
    for (const auto& attribute : publication.attributes) {
        const auto at = memory_.size();
        const auto type_bytes = static_cast<std::uint16_t>(attribute.type.size());
        memory_.append(reinterpret_cast<const char*>(&type_bytes), sizeof type_bytes);
        memory_.append(attribute.type).append(attribute.value);
        headers_.push_back({attribute.name, BytesView(memory_).substr(at)});
    }
}

std::optional<StoredPublication> read_history_record(const protocol::Record& record) {
    StoredPublication stored;
    stored.offset = static_cast<std::uint64_t>(record.offset);
    stored.at = Timestamp(record.timestamp_ms);
    auto& publication = stored.publication;
    publication.subject = std::string(record.key.value_or(BytesView()));
    publication.data = Bytes(record.value.value_or(BytesView()));
    bool has_id = false;
    for (const auto& header : record.headers) {
        if (header.key == id_header && header.value && header.value->size() == id_bytes) {
            stored.id = {load_little<std::uint64_t>(header.value->data()),
                         load_little<std::uint64_t>(header.value->data() + sizeof(std::uint64_t))};
            has_id = true;
        } else if (header.key == group_header) {
            publication.group_id = std::string(header.value.value_or(BytesView()));
        } else if (!read_attribute_header(header, publication)) {
            return std::nullopt;
        }
    }
    if (!has_id) return std::nullopt;
    return stored;
}

Bytes encode_retained(const Published& published) {
    const auto& publication = published.publication();
    FieldWriter to;
    to(published.offset.value_or(0))(published.at.ms())(published.id.high)(published.id.low);
    to(publication.subject)(publication.group_id)(publication.data);
    to(static_cast<std::uint32_t>(publication.attributes.size()));
    for (const auto& attribute : publication.attributes) to(attribute.name)(attribute.type)(attribute.value);
    return to.take();
}

std::optional<StoredPublication> decode_retained(BytesView bytes) {
    FieldReader from(bytes);
    StoredPublication stored;
    auto& publication = stored.publication;
    std::int64_t at = 0;
    std::uint32_t attributes = 0;
    from(stored.offset)(at)(stored.id.high)(stored.id.low);
    from(publication.subject)(publication.group_id)(publication.data)(attributes);
    stored.at = Timestamp(at);
    while (attributes-- > 0 && !from.at_end()) {
        auto& attribute = publication.attributes.emplace_back();
        from(attribute.name)(attribute.type)(attribute.value);
    }
    if (!from.sound() || publication.subject.empty()) return std::nullopt;
    return stored;
}

std::vector<MessageAttribute> message_attributes(const Publication& publication) {
    std::vector<MessageAttribute> attributes;
    attributes.reserve(publication.attributes.size());
    for (const auto& attribute : publication.attributes)
        attributes.push_back({attribute.name, attribute.type, attribute.value});
    return attributes;
}

std::vector<MessageAttribute> raw_attributes(const Publication& publication) {
    auto attributes = message_attributes(publication);
    std::erase_if(attributes, [](const MessageAttribute& attribute) { return is_reserved_attribute(attribute.name); });
    return attributes;
}

Bytes durable_attributes(const Published& published, const std::string& epoch, BytesView extras) {
    const auto offset = std::to_string(published.offset.value_or(0));
    const auto id = text_of(published.id);
    const auto time = std::to_string(published.at.ms());
    std::vector<MessageAttribute> attributes = {{subject_attribute, "String", published.publication().subject},
                                                {offset_attribute, "Number", offset},
                                                {epoch_attribute, "String", epoch},
                                                {id_attribute, "String", id},
                                                {time_attribute, "Number", time}};
    if (!extras.empty()) attributes.push_back({extras_attribute, "Binary", extras});
    const auto own = message_attributes(published.publication());
    attributes.insert(attributes.end(), own.begin(), own.end());
    Bytes encoded;
    encode_attributes(attributes, encoded);
    return encoded;
}

std::optional<DurablePublication> read_durable_message(BytesView message_record) {
    const auto record = decode_message(message_record);
    if (!record) return std::nullopt;
    const auto attributes = decode_attributes(record->attributes);
    constexpr std::array names = {subject_attribute, offset_attribute, epoch_attribute, id_attribute, time_attribute};
    if (attributes.size() < own_attributes) return std::nullopt;
    for (std::size_t at = 0; at < own_attributes; ++at)
        if (attributes[at].name != names[at]) return std::nullopt;
    const auto offset = parse<std::uint64_t>(attributes[1].value);
    const auto id = parse_id(attributes[3].value);
    const auto time = parse<std::int64_t>(attributes[4].value);
    if (!offset || !id || !time) return std::nullopt;

    DurablePublication durable;
    durable.epoch = Bytes(attributes[2].value);
    durable.stored.offset = *offset;
    durable.stored.at = Timestamp(*time);
    durable.stored.id = *id;
    auto& publication = durable.stored.publication;
    publication.subject = Bytes(attributes[0].value);
    publication.data = Bytes(record->body);
    publication.group_id = Bytes(record->group_id);
    auto at = own_attributes;
    if (at < attributes.size() && attributes[at].name == extras_attribute) {
        auto extras = decode_extras(attributes[at++].value);
        if (!extras) return std::nullopt;
        publication.extras = std::make_shared<const PublicationExtras>(std::move(*extras));
    }
    for (; at < attributes.size(); ++at)
        publication.attributes.push_back(
            {Bytes(attributes[at].name), Bytes(attributes[at].type), Bytes(attributes[at].value)});
    return durable;
}

std::string text_of(const MessageId& id) {
    return uuid_text(id.high, id.low);
}

}  // namespace tern::engine
