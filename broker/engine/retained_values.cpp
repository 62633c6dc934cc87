#include "broker/engine/retained_values.hpp"

#include "broker/engine/publication_record.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::retained_values {
namespace {

using store::Table;

/// They are given one after the other, and none is given back before the topic is deleted: it is their number, too.
std::uint64_t last_number(Batch& batch, std::uint32_t topic) {
    const auto cursor = batch.transaction.cursor(Table::retained);
    const bool any = cursor->seek_before(keys::retained(topic + 1, 0).view()) &&
                     cursor->key().starts_with(keys::topic(topic).view());
    return any ? keys::sequence_of(cursor->key()) : 0;
}

}  // namespace

/// Sealed tables have keys of one length, so subjects stand in a table of their own and lead to numbers.
Result<Place> place_of(Batch& batch, std::uint32_t topic, BytesView subject) {
    const auto stored = batch.transaction.get(Table::retained_subjects, keys::retained_subject(topic, subject).view());
    if (stored) return Place{load_little<std::uint64_t>(stored.bytes().data()), false};
    const auto last = last_number(batch, topic);
    if (last >= batch.limits.retained_subjects_per_topic_max) return Errc::too_many_retained_subjects;
    return Place{last + 1, true};
}

void keep(Batch& batch, const Published& published, Place place) {
    if (place.is_new) {
        const auto key = keys::retained_subject(published.topic, published.publication().subject);
        const BytesView value(reinterpret_cast<const char*>(&place.number), sizeof place.number);
        batch.transaction.put(Table::retained_subjects, key.view(), value);
    }
    batch.transaction.put(Table::retained, keys::retained(published.topic, place.number).view(),
                          encode_retained(published));
    batch.topics_changed = true;
}

}  // namespace tern::engine::retained_values
