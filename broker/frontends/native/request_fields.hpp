#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/hidden_names.hpp"
#include "broker/frontends/native/request.hpp"
#include "protocol/limits.hpp"
#include "tern_generated.h"

/// The fields that several requests have in common. A function that may refuse returns the refusal, or nothing.
namespace tern::native {

namespace wire = protocol::wire;

using MaybeRefusal = std::optional<Refusal>;

inline constexpr std::size_t tags_max = 50;
/// 256 characters of four bytes.
inline constexpr std::size_t tag_text_bytes_max = 1024;
inline constexpr std::size_t source_queues_max = 10;
/// Ids in requests are far shorter; what is longer is refused before it is copied.
inline constexpr std::size_t id_bytes_max = 1024;
/// What a client calls itself goes into log lines, and is cut.
inline constexpr std::size_t client_name_bytes_max = 128;

inline std::string_view view_of(const flatbuffers::String* text) {
    return text ? std::string_view(text->c_str(), text->size()) : std::string_view();
}
inline std::string_view view_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    return bytes ? std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string_view();
}
inline std::string text_of(const flatbuffers::String* text) {
    return std::string(view_of(text));
}

inline Refusal missing(std::string_view field) {
    return {Errc::missing_field, std::string(field)};
}

/// -1 stands for "not given"; every other value is the engine's to judge.
inline std::optional<Milliseconds> duration(std::int64_t ms) {
    return ms == -1 ? std::nullopt : std::optional(Milliseconds(ms));
}

/// 1 to 1,000 entries.
template <class Entry>
MaybeRefusal check_batch(const flatbuffers::Vector<Entry>* entries, std::string_view field) {
    if (!entries) return missing(field);
    if (entries->size() == 0) return Refusal{Errc::batch_empty, std::string(field)};
    if (entries->size() > protocol::batch_entries_max) return Refusal{Errc::batch_too_long, std::string(field)};
    return std::nullopt;
}

/// A namespace that clients may name: the broker's own are nobody's to receive from or to look into.
inline MaybeRefusal check_namespace(std::string_view name) {
    if (name.size() <= protocol::namespace_bytes_max && !engine::hidden_names::is_hidden_namespace(name)) {
        return std::nullopt;
    }
    return Refusal{Errc::namespace_invalid, "namespace_name"};
}

/// What a name is called in a request, how long it may be, and what it is refused with when it is longer.
struct NameField {
    std::string_view field;
    std::size_t bytes_max;
    Errc too_long;
};
/// A name in a namespace.
MaybeRefusal read_name(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                       const NameField& field, engine::QueueName& to);

inline MaybeRefusal read_queue(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                               std::string_view field, engine::QueueName& to) {
    return read_name(namespace_name, name, {field, protocol::queue_name_bytes_max, Errc::queue_name_invalid}, to);
}
inline MaybeRefusal read_stream(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                                std::string_view field, engine::StreamName& to) {
    return read_name(namespace_name, name, {field, protocol::stream_name_bytes_max, Errc::stream_name_invalid}, to);
}
inline MaybeRefusal read_group(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                               std::string_view field, engine::GroupName& to) {
    return read_name(namespace_name, name, {field, protocol::group_name_bytes_max, Errc::group_name_invalid}, to);
}
inline MaybeRefusal read_topic(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                               std::string_view field, engine::TopicName& to) {
    return read_name(namespace_name, name, {field, protocol::topic_name_bytes_max, Errc::topic_name_invalid}, to);
}
inline MaybeRefusal read_namespace(const flatbuffers::String* from, std::string& to) {
    if (auto refusal = check_namespace(view_of(from))) return refusal;
    to = view_of(from);
    return std::nullopt;
}
MaybeRefusal read_settings(const wire::QueueSettings* settings, engine::QueueSettingsChange& to);
MaybeRefusal read_tags(const flatbuffers::Vector<flatbuffers::Offset<wire::Tag>>* tags,
                       std::vector<engine::QueueTag>& to);
MaybeRefusal read_page(std::uint32_t entries_max, const flatbuffers::String* token, engine::Page& to);
engine::NewMessage new_message(const wire::NewMessage& message);

/// What listings of all shapes have in common; a prefix may be as long as a name.
template <class Body, class List>
MaybeRefusal read_list(const Body& body, std::size_t prefix_bytes_max, Errc prefix_invalid, List& to) {
    if (auto refusal = read_namespace(body.namespace_name(), to.namespace_name)) return refusal;
    if (view_of(body.prefix()).size() > prefix_bytes_max) return Refusal{prefix_invalid, "prefix"};
    to.prefix = text_of(body.prefix());
    return read_page(body.entries_max(), body.page_token(), to.page);
}

/// An enum's value of the wire as the engine's, when it is one of those we know.
template <class To, class From>
MaybeRefusal read_enum(From value, std::string_view field, To& to) {
    if (value < From::MIN || value > From::MAX) return Refusal{Errc::unknown_value, std::string(field)};
    to = static_cast<To>(value);
    return std::nullopt;
}

}  // namespace tern::native
