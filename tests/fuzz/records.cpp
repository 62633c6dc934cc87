#include <cstdint>
#include <cstdlib>
#include <vector>

#include "broker/base/base64url.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queue_row.hpp"
#include "broker/engine/receipt_handle.hpp"
#include "broker/engine/rows.hpp"
#include "broker/store/seal.hpp"

/// What is read from the disk or comes back from clients as an opaque text: never read past its end, and what is taken
/// for a record says the same when it is written and read again.
///
/// The first byte chooses what the rest is read as.
namespace {

using namespace tern;
using namespace tern::engine;

void require(bool holds) {
    if (!holds) std::abort();
}

void read_message(BytesView bytes) {
    const auto record = decode_message(bytes);
    if (!record) return;
    const auto attributes = decode_attributes(record->attributes);
    Bytes again;
    encode(*record, again);
    const auto second = decode_message(again);
    require(second.has_value() && second->body == record->body && second->id == record->id &&
            second->group_id == record->group_id && second->attributes == record->attributes);
    Bytes encoded;
    if (attributes.size() <= 10) encode_attributes(attributes, encoded);
}

void read_queue(BytesView bytes) {
    const auto row = decode_queue_row(bytes);
    if (!row) return;
    const auto written = encode(*row);
    const auto second = decode_queue_row(written);
    require(second.has_value() && encode(*second) == written && second->queue == row->queue);
}

void read_handle(BytesView text) {
    const auto handle = decode_receipt_handle(text);
    if (handle) require(encode(*handle) == text);
    const auto decoded = decode_base64url(text);
    if (decoded) require(encode_base64url(*decoded) == text);
    require(decode_base64url(encode_base64url(text)) == Bytes(text));
}

template <class Decode>
void read_row(BytesView bytes, Decode decode) {
    const auto row = decode(bytes);
    const auto written = encode(row);
    const auto again = encode(decode(BytesView(written)));
    require(BytesView(again) == BytesView(written));
}

void read_seal(BytesView bytes) {
    const auto seal = store::read_seal(bytes);
    if (!seal) return;
    require(seal->value_bytes <= store::sealed_value_bytes_max && seal->piece.size() <= bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const BytesView rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    switch (bytes[0] % 9) {
        case 0: read_message(rest); break;
        case 1: read_queue(rest); break;
        case 2: read_handle(rest); break;
        case 3: read_row(rest, decode_schedule_entry); break;
        case 4: read_row(rest, decode_fifo_entry); break;
        case 5: read_row(rest, decode_fifo_group); break;
        case 6: read_row(rest, decode_queue_counters); break;
        case 7: read_row(rest, decode_deduplication_entry); break;
        case 8: read_seal(rest); break;
    }
    return 0;
}
