#include <utility>

#include "broker/base/base64.hpp"
#include "broker/frontends/websocket/json_requests.hpp"
#include "protocol/limits.hpp"
#include "protocol/record_batch.hpp"

namespace tern::websocket {

namespace {

/// A text, or an object with base64 in it, or null for nothing.
void read_bytes(Fields& fields, std::optional<std::string>& to) {
    if (fields.kind() != json::Kind::object) return fields.text(to);
    Fields within(fields.reader(), fields.place_within());
    std::optional<std::string> encoded;
    while (within.next()) {
        if (within.is("base64"))
            within.text(encoded);
        else
            within.unknown();
    }
    if (encoded) to = decode_base64(*encoded);
    if (!to) within.refuse(Errc::request_malformed, "base64 is expected");
    fields.take_over(within.refusal());
}

struct JsonHeader {
    std::string name;
    std::optional<std::string> value;
};

void read_headers(Fields& fields, std::vector<JsonHeader>& to) {
    if (fields.kind() == json::Kind::null) {
        std::optional<std::string> nothing;
        return fields.text(nothing);
    }
    Fields within(fields.reader(), fields.place_within());
    while (within.next()) {
        auto& header = to.emplace_back();
        header.name = within.name();
        read_bytes(within, header.value);
    }
    fields.take_over(within.refusal());
}

/// A record goes into the batch as soon as it is read.
MaybeRefusal read_record(json::Reader& reader, std::string place, Timestamp now, protocol::BatchBuilder& to) {
    Fields fields(reader, std::move(place));
    std::optional<Bytes> data;
    std::optional<std::string> key;
    std::vector<JsonHeader> headers;
    while (fields.next()) {
        if (fields.data("text", data)) continue;
        if (fields.is("key"))
            read_bytes(fields, key);
        else if (fields.is("headers"))
            read_headers(fields, headers);
        else
            fields.unknown();
    }
    if (fields.refusal()) return fields.refusal();
    std::vector<protocol::RecordHeader> views;
    for (const auto& [name, value] : headers) {
        views.push_back({name, value ? std::optional<std::string_view>(*value) : std::nullopt});
    }
    const auto view_of = [](const std::optional<std::string>& text) {
        return text ? std::optional<std::string_view>(*text) : std::nullopt;
    };
    to.add(now.ms(), view_of(key), view_of(data), views);
    return std::nullopt;
}

void read_records(Fields& fields, Timestamp now, protocol::BatchBuilder& to) {
    fields.array([&](std::string place) {
        if (to.records() == protocol::batch_entries_max) return fields.refuse(Errc::batch_too_long);
        fields.take_over(read_record(fields.reader(), std::move(place), now, to));
    });
    if (to.records() == 0) fields.refuse(Errc::batch_empty);
}

}  // namespace

JsonDemand read_append(json::Reader& reader, Timestamp now) {
    engine::Append to;
    std::uint32_t partition = 0;
    protocol::BatchBuilder builder;
    builder.begin();
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("stream"))
            fields.text(to.stream.name, protocol::stream_name_bytes_max, Errc::stream_name_invalid);
        else if (fields.is("namespace"))
            fields.namespace_name(to.stream.namespace_name);
        else if (fields.is("partition"))
            fields.number(partition);
        else if (fields.is("records"))
            read_records(fields, now, builder);
        else
            fields.unknown();
    }
    if (to.stream.name.empty()) fields.missing("stream");
    if (builder.records() == 0) fields.missing("records");
    if (fields.refusal()) return {*fields.refusal()};

    const auto batch = builder.finish(protocol::Compression::none, {});
    const auto checked = protocol::check_batch(batch);
    if (checked.fault != protocol::BatchFault::none) {
        return {native::Refusal{Errc::record_batch_too_large, std::string(protocol::text_of(checked.fault))}};
    }
    Keeper keeper(batch.size());
    to.batches.push_back({partition, keeper.keep(batch), checked.header, checked.record_bytes_max});
    return {engine::Command(std::move(to)), keeper.take(), keeper.room()};
}

JsonDemand read_fetch(json::Reader& reader) {
    native::Fetch to;
    engine::FetchPosition position;
    bool offset = false;
    std::optional<Milliseconds> wait;
    to.limits.records_max = 100;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("stream"))
            fields.text(position.stream.name, protocol::stream_name_bytes_max, Errc::stream_name_invalid);
        else if (fields.is("namespace"))
            fields.namespace_name(position.stream.namespace_name);
        else if (fields.is("partition"))
            fields.number(position.partition);
        else if (fields.is("offset"))
            offset = true, fields.number(position.offset);
        else if (fields.is("max"))
            fields.number(to.limits.records_max);
        else if (fields.is("wait_ms"))
            fields.duration(wait);
        else
            fields.unknown();
    }
    if (position.stream.name.empty()) fields.missing("stream");
    if (!offset) fields.missing("offset");
    if (to.limits.records_max == 0) fields.refuse(Errc::fetch_invalid, "max: at least 1");
    if (wait && wait->count() > protocol::wait_ms_max) fields.refuse(Errc::fetch_invalid, "wait_ms: up to 20000");
    if (fields.refusal()) return {*fields.refusal()};
    to.limits.bytes_max = position.bytes_max;
    to.positions.push_back(std::move(position));
    to.wait = wait.value_or(Milliseconds(0));
    return {std::move(to)};
}

JsonDemand read_connect(json::Reader& reader) {
    native::Hello to{protocol::version_min, protocol::version_max, {}};
    std::string ignored;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("client"))
            fields.text(to.client);
        else if (fields.is("namespace"))
            fields.namespace_name(ignored);
        else
            fields.unknown();
    }
    if (fields.refusal()) return {*fields.refusal()};
    return {std::move(to)};
}

JsonDemand read_ping(json::Reader& reader) {
    std::string ignored;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("namespace"))
            fields.namespace_name(ignored);
        else
            fields.unknown();
    }
    if (fields.refusal()) return {*fields.refusal()};
    return {native::Ping{}};
}

}  // namespace tern::websocket
