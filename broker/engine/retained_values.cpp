#include "broker/engine/retained_values.hpp"

#include "broker/engine/publication_record.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::retained_values {
namespace {

using store::Table;

/// Sealed tables have keys of one length, so subjects stand in a table of their own and lead to numbers.
std::uint64_t number_of(Batch& batch, std::uint32_t topic, BytesView subject) {
    const auto key = keys::retained_subject(topic, subject);
    const auto stored = batch.transaction.get(Table::retained_subjects, key.view());
    if (stored) return load_little<std::uint64_t>(stored.bytes().data());

    std::uint64_t number = 1;
    {
        const auto cursor = batch.transaction.cursor(Table::retained);
        const bool any = cursor->seek_before(keys::retained(topic + 1, 0).view()) &&
                         cursor->key().starts_with(keys::topic(topic).view());
        if (any) number = keys::sequence_of(cursor->key()) + 1;
    }
    batch.transaction.put(Table::retained_subjects, key.view(),
                          {reinterpret_cast<const char*>(&number), sizeof number});
    return number;
}

}  // namespace

void keep(Batch& batch, const Published& published) {
    const auto number = number_of(batch, published.topic, published.publication().subject);
    batch.transaction.put(Table::retained, keys::retained(published.topic, number).view(), encode_retained(published));
    batch.topics_changed = true;
}

}  // namespace tern::engine::retained_values
