#include <optional>

#include "broker/base/utf8.hpp"
#include "broker/frontends/native/outbox.hpp"
#include "broker/frontends/websocket/json_reply.hpp"
#include "broker/frontends/websocket/json_writer.hpp"
#include "protocol/record_batch.hpp"

namespace tern::websocket {

namespace {

/// A text as a string, other bytes as an object with base64.
void append_bytes(std::string& to, std::string_view bytes) {
    if (valid_utf8(bytes)) return append_json_string(to, bytes);
    JsonObject object(to);
    append_base64_field(object, bytes);
    object.close();
}

void append_record(std::string& to, const protocol::Record& record) {
    JsonObject object(to);
    object.add("offset", record.offset);
    object.add("time", record.timestamp_ms);
    if (record.key) append_bytes(object.field("key"), *record.key);
    if (record.value) add_data(object, *record.value, "text");
    if (!record.headers.empty()) {
        JsonObject headers(object.field("headers"));
        for (const auto& [name, value] : record.headers) {
            auto& text = headers.field_named(valid_utf8(name) ? name : "?");
            if (value)
                append_bytes(text, *value);
            else
                text += "null";
        }
        headers.close();
    }
    object.close();
}

/// The records from an offset on, so many at most, out of whole batches.
struct RecordsWanted {
    std::uint64_t next_offset;
    std::uint64_t left;

    /// Errors: storage_damaged.
    Errc append_batch(std::string& to, protocol::BatchReader& reader, std::string_view batch) {
        if (reader.open(batch) != protocol::BatchFault::none) return Errc::storage_damaged;
        while (const auto* record = left > 0 ? reader.next() : nullptr) {
            const auto offset = static_cast<std::uint64_t>(record->offset);
            if (offset < next_offset) continue;
            if (to.back() != '[') to += ',';
            append_record(to, *record);
            next_offset = offset + 1;
            --left;
        }
        if (reader.fault() != protocol::BatchFault::none) return Errc::storage_damaged;
        if (left > 0) next_offset = static_cast<std::uint64_t>(reader.header().next_offset());
        return Errc::ok;
    }

    Errc append_batches(std::string& to, std::string_view batches) {
        protocol::BatchReader reader;
        while (left > 0) {
            const auto header = protocol::read_batch_header(batches);
            if (!header) return Errc::ok;
            const auto status = append_batch(to, reader, batches.substr(0, header->bytes));
            if (status != Errc::ok) return status;
            batches.remove_prefix(header->bytes);
        }
        return Errc::ok;
    }
};

}  // namespace

Errc JsonWriter::write(std::uint64_t request, const native::Fetch& fetch, engine::Fetched&& fetched,
                       native::Outbox& outbox) {
    const auto& partition = fetched.partitions.front();
    if (partition.status != Errc::ok) return partition.status;
    outbox.begin_message();
    return reply({request, outbox.end()}, [&](JsonObject& body) {
        RecordsWanted wanted{fetch.positions.front().offset, fetch.limits.records_max};
        auto& text = body.field("records");
        text += '[';
        const auto status = wanted.append_batches(text, partition.batches);
        text += ']';
        body.add("start_offset", partition.start_offset);
        body.add("end_offset", partition.end_offset);
        body.add("next_offset", wanted.next_offset);
        return status;
    });
}

}  // namespace tern::websocket
