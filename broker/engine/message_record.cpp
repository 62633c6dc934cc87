#include "broker/engine/message_record.hpp"

#include <limits>

#include "broker/base/check.hpp"

namespace tern::engine {
namespace {

// The record's layout, all integers little-endian: a fixed header, then the variable parts in the header's order, then
// the body up to the end. The first byte is the layout's version.
constexpr std::uint8_t layout_version = 1;

struct [[gnu::packed]] Header {
    std::uint8_t version;
    std::uint8_t dead_letter_source_bytes;
    std::uint8_t group_id_bytes;
    std::uint8_t deduplication_id_bytes;
    std::uint16_t trace_header_bytes;
    std::uint16_t sender_id_bytes;
    std::uint32_t attributes_bytes;
    std::uint64_t id_high;
    std::uint64_t id_low;
    std::int64_t sent_at;
    std::int64_t first_available_at;
    std::uint64_t secret;
};

template <class Length>
Length length_of(BytesView part) {
    TERN_CHECK(part.size() <= std::numeric_limits<Length>::max());
    return static_cast<Length>(part.size());
}

/// Takes parts off the front of a record; refuses once one reaches past the end.
class Parts {
public:
    explicit Parts(BytesView rest) : rest_(rest) {}

    BytesView take(std::size_t size) {
        if (size > rest_.size()) {
            sound_ = false;
            return {};
        }
        const auto part = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return part;
    }

    template <class Length>
    BytesView take_sized() {
        const auto length = take(sizeof(Length));
        return length.size() == sizeof(Length) ? take(load_little<Length>(length.data())) : BytesView{};
    }

    BytesView rest() const { return rest_; }
    bool sound() const { return sound_; }

private:
    BytesView rest_;
    bool sound_ = true;
};

template <class Length>
void append_sized(Bytes& to, BytesView part) {
    const auto length = length_of<Length>(part);
    to.append(reinterpret_cast<const char*>(&length), sizeof length);
    to.append(part);
}

}  // namespace

void encode(const MessageRecord& record, Bytes& to) {
    const Header header{
        .version = layout_version,
        .dead_letter_source_bytes = length_of<std::uint8_t>(record.dead_letter_source),
        .group_id_bytes = length_of<std::uint8_t>(record.group_id),
        .deduplication_id_bytes = length_of<std::uint8_t>(record.deduplication_id),
        .trace_header_bytes = length_of<std::uint16_t>(record.trace_header),
        .sender_id_bytes = length_of<std::uint16_t>(record.sender_id),
        .attributes_bytes = length_of<std::uint32_t>(record.attributes),
        .id_high = record.id.high,
        .id_low = record.id.low,
        .sent_at = record.sent_at.ms(),
        .first_available_at = record.first_available_at.ms(),
        .secret = record.secret,
    };
    to.clear();
    to.reserve(sizeof header + record.dead_letter_source.size() + record.group_id.size() +
               record.deduplication_id.size() + record.trace_header.size() + record.sender_id.size() +
               record.attributes.size() + record.body.size());
    to.append(reinterpret_cast<const char*>(&header), sizeof header);
    to.append(record.dead_letter_source).append(record.group_id).append(record.deduplication_id);
    to.append(record.trace_header).append(record.sender_id).append(record.attributes).append(record.body);
}

std::optional<MessageRecord> decode_message(BytesView bytes) {
    if (bytes.size() < sizeof(Header)) return std::nullopt;
    const auto header = load_little<Header>(bytes.data());
    if (header.version != layout_version) return std::nullopt;

    Parts parts(bytes.substr(sizeof(Header)));
    MessageRecord record;
    record.id = {header.id_high, header.id_low};
    record.sent_at = Timestamp(header.sent_at);
    record.first_available_at = Timestamp(header.first_available_at);
    record.secret = header.secret;
    record.dead_letter_source = parts.take(header.dead_letter_source_bytes);
    record.group_id = parts.take(header.group_id_bytes);
    record.deduplication_id = parts.take(header.deduplication_id_bytes);
    record.trace_header = parts.take(header.trace_header_bytes);
    record.sender_id = parts.take(header.sender_id_bytes);
    record.attributes = parts.take(header.attributes_bytes);
    record.body = parts.rest();
    if (!parts.sound()) return std::nullopt;
    return record;
}

void encode_attributes(const std::vector<MessageAttribute>& attributes, Bytes& to) {
    to.clear();
    for (const auto& attribute : attributes) {
        append_sized<std::uint16_t>(to, attribute.name);
        append_sized<std::uint16_t>(to, attribute.type);
        append_sized<std::uint32_t>(to, attribute.value);
    }
}

std::vector<MessageAttribute> decode_attributes(BytesView encoded) {
    std::vector<MessageAttribute> attributes;
    Parts parts(encoded);
    while (!parts.rest().empty() && parts.sound()) {
        MessageAttribute attribute;
        attribute.name = parts.take_sized<std::uint16_t>();
        attribute.type = parts.take_sized<std::uint16_t>();
        attribute.value = parts.take_sized<std::uint32_t>();
        if (parts.sound()) attributes.push_back(attribute);
    }
    return attributes;
}

}  // namespace tern::engine
