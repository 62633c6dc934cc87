#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "broker/engine/publication_record.hpp"
#include "broker/engine/topic_rows.hpp"

/// What topics read from the disk: never read past its end, and what is taken for a row says the same when it is
/// written and read again.
///
/// The first byte chooses what the rest is read as.
namespace {

using namespace tern;
using namespace tern::engine;

void require_topic(bool holds) {
    if (!holds) std::abort();
}

template <class Decode>
void read_topic_row(BytesView bytes, Decode decode) {
    const auto row = decode(bytes);
    if (!row) return;
    const auto written = encode(*row);
    const auto again = decode(BytesView(written));
    require_topic(again.has_value() && encode(*again) == written);
}

void read_retained_value(BytesView bytes) {
    const auto value = decode_retained(bytes);
    if (!value) return;
    const auto batch = std::make_shared<const PublicationBatch>(PublicationBatch{value->publication});
    const auto again = decode_retained(encode_retained({1, value->offset, value->at, value->id, 0, batch}));
    require_topic(again.has_value() && again->publication.data == value->publication.data && again->id == value->id);
}

void read_durable(BytesView bytes) {
    const auto durable = read_durable_message(bytes);
    if (durable) require_topic(durable->stored.publication.data.size() <= bytes.size());
}

/// As a record whose only attribute is made of the bytes.
void read_history(BytesView bytes) {
    constexpr std::size_t id_bytes = 16;
    protocol::Record record;
    record.key = "t";
    record.headers = {{"tern.id", bytes.substr(0, id_bytes)}, {"a", bytes.substr(std::min(bytes.size(), id_bytes))}};
    const auto stored = read_history_record(record);
    if (!stored) return;
    const HistoryRecord written(stored->publication, stored->id);
    require_topic(written.headers().size() == 2 && written.headers()[1].value == record.headers[1].value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const BytesView rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    switch (bytes[0] % 5) {
        case 0: read_topic_row(rest, decode_topic_row); break;
        case 1: read_topic_row(rest, decode_subscription_row); break;
        case 2: read_retained_value(rest); break;
        case 3: read_durable(rest); break;
        case 4: read_history(rest); break;
    }
    return 0;
}
