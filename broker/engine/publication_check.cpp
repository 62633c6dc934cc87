#include "broker/engine/publication_check.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "broker/engine/publication_record.hpp"
#include "broker/engine/sending.hpp"
#include "broker/engine/subject.hpp"

namespace tern::engine {
namespace {

std::size_t size_of(const Publication& publication) {
    auto size = publication.subject.size() + publication.data.size();
    for (const auto& attribute : publication.attributes)
        size += attribute.name.size() + attribute.type.size() + attribute.value.size();
    return size;
}

/// As many as there is room for: only raw delivery into a queue has a limit of its own (docs/aws.md sns-20).
Errc check_publication_attributes(const Publication& publication) {
    std::vector<std::string_view> names;
    names.reserve(publication.attributes.size());
    for (const auto& attribute : publication.attributes) {
        const auto errc = check_published_attribute({attribute.name, attribute.type, attribute.value});
        if (errc != Errc::ok) return errc;
        if (attribute.name.starts_with(own_attribute_prefix)) return Errc::attribute_name_invalid;
        names.emplace_back(attribute.name);
    }
    std::sort(names.begin(), names.end());
    const bool doubled = std::adjacent_find(names.begin(), names.end()) != names.end();
    return doubled ? Errc::attribute_duplicated : Errc::ok;
}

Errc check_ids(const TopicSettings& settings, const Publication& publication, bool ephemeral) {
    if (settings.fifo && !ephemeral) {
        if (publication.group_id.empty()) return Errc::message_group_id_missing;
        if (!publication.deduplication_id && !settings.content_based_deduplication)
            return Errc::deduplication_id_missing;
    }
    if (!publication.group_id.empty() && !valid_fifo_id(publication.group_id)) return Errc::message_group_id_invalid;
    if (publication.deduplication_id && !valid_fifo_id(*publication.deduplication_id))
        return Errc::deduplication_id_invalid;
    return Errc::ok;
}

}  // namespace

Errc check_publication(const TopicName& topic, const TopicSettings& settings, const Publication& publication,
                       bool ephemeral) {
    if (!valid_subject(publication.subject) || topic_of(publication.subject) != topic.name)
        return Errc::subject_invalid;
    if (publication.data.empty()) return Errc::publication_empty;
    // Before the attributes are looked at one by one: there may be many.
    if (size_of(publication) > settings.publication_bytes_max) return Errc::publication_too_large;
    if (const auto errc = check_publication_attributes(publication); errc != Errc::ok) return errc;
    return check_ids(settings, publication, ephemeral);
}

}  // namespace tern::engine
