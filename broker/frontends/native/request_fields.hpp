#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/native/request.hpp"
#include "protocol/limits.hpp"
#include "tern_generated.h"

/// The fields that several requests have in common. A function that may refuse returns the refusal, or nothing.
namespace tern::native {

namespace wire = protocol::wire;

using MaybeRefusal = std::optional<Refusal>;

inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t source_queues_max = 10;
/// Ids in requests are far shorter; what is longer is refused before it is copied.
inline constexpr std::size_t id_bytes_max = 1024;

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
    return {Errc::missing_field, field};
}

/// -1 stands for "not given"; every other value is the engine's to judge.
inline std::optional<Milliseconds> duration(std::int64_t ms) {
    return ms == -1 ? std::nullopt : std::optional(Milliseconds(ms));
}

/// 1 to 1,000 entries.
template <class Entry>
MaybeRefusal check_batch(const flatbuffers::Vector<Entry>* entries, std::string_view field) {
    if (!entries) return missing(field);
    if (entries->size() == 0) return Refusal{Errc::batch_empty, field};
    if (entries->size() > protocol::batch_entries_max) return Refusal{Errc::batch_too_long, field};
    return std::nullopt;
}

/// `field` is what the request calls the queue.
MaybeRefusal read_queue(const flatbuffers::String* namespace_name, const flatbuffers::String* name,
                        std::string_view field, engine::QueueName& to);
MaybeRefusal read_settings(const wire::QueueSettings* settings, engine::QueueSettingsChange& to);
MaybeRefusal read_tags(const flatbuffers::Vector<flatbuffers::Offset<wire::Tag>>* tags,
                       std::vector<engine::QueueTag>& to);
MaybeRefusal read_page(std::uint32_t entries_max, const flatbuffers::String* token, engine::Page& to);
engine::NewMessage new_message(const wire::NewMessage& message);

}  // namespace tern::native
