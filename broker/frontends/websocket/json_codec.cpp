#include "broker/frontends/websocket/json_codec.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/frontends/json/json_reader.hpp"
#include "broker/frontends/websocket/json_requests.hpp"

namespace tern::websocket {

namespace {

struct JsonCommand {
    std::string_view name;
    Ask ask;
};
constexpr std::array json_commands = {
    JsonCommand{"publish", Ask::publish},
    JsonCommand{"ack", Ask::ack},
    JsonCommand{"reject", Ask::reject},
    JsonCommand{"subscribe", Ask::subscribe},
    JsonCommand{"unsubscribe", Ask::unsubscribe},
    JsonCommand{"ping", Ask::ping},
    JsonCommand{"send", Ask::send},
    JsonCommand{"receive", Ask::receive},
    JsonCommand{"delete", Ask::remove},
    JsonCommand{"change_visibility", Ask::change_visibility},
    JsonCommand{"append", Ask::append},
    JsonCommand{"fetch", Ask::fetch},
    JsonCommand{"history", Ask::history},
    JsonCommand{"presence", Ask::presence},
    JsonCommand{"state", Ask::state},
    JsonCommand{"connect", Ask::connect},
};

/// What stands around a command.
struct Envelope {
    std::uint64_t id = 0;
    /// Nothing when there is none of that name.
    std::optional<Ask> ask;
    std::string command;
    std::string_view body;
    /// More than one command.
    bool several = false;
    /// Not read to its end.
    bool too_deep = false;
};

/// Nothing when this is no request at all.
std::optional<Envelope> read_envelope(std::string_view line) {
    json::Reader reader(line);
    Envelope envelope;
    if (!reader.begin_object()) return std::nullopt;
    while (const auto name = reader.next_field()) {
        if (*name == "id") {
            const auto id = reader.integer();
            if (!id || *id < 1 || static_cast<std::uint64_t>(*id) > request_id_max) return std::nullopt;
            envelope.id = static_cast<std::uint64_t>(*id);
            continue;
        }
        envelope.several = envelope.several || !envelope.command.empty();
        envelope.command = *name;
        if (const auto body = reader.value()) envelope.body = *body;
        for (const auto& [known, ask] : json_commands) {
            if (*name == known) envelope.ask = ask;
        }
    }
    // Whoever publishes such data learns which request it was; the next line begins where it begins.
    envelope.too_deep = reader.is_too_deep() && envelope.id > 0;
    if (!envelope.too_deep && !reader.at_end()) return std::nullopt;
    return envelope;
}

JsonDemand demand_of(Ask& ask, std::string_view body, Timestamp now) {
    json::Reader reader(body);
    switch (ask) {
        case Ask::connect: return read_connect(reader);
        case Ask::ping: return read_ping(reader);
        case Ask::publish:
        case Ask::publish_many: return read_publish(reader, ask);
        case Ask::subscribe: return read_subscribe(reader);
        case Ask::unsubscribe: return read_unsubscribe(reader);
        case Ask::ack: return read_ack(reader);
        case Ask::reject: return read_reject(reader);
        case Ask::history: return read_history(reader);
        case Ask::presence: return read_presence(reader);
        case Ask::state: return read_state(reader);
        case Ask::send:
        case Ask::send_many: return read_send(reader, body.size(), ask);
        case Ask::receive: return read_receive(reader);
        case Ask::remove: return read_delete(reader, body.size());
        case Ask::change_visibility: return read_change_visibility(reader, body.size());
        case Ask::append: return read_append(reader, now);
        case Ask::fetch: return read_fetch(reader);
        case Ask::none: break;
    }
    return {native::Refusal{Errc::unknown_request, {}}};
}

}  // namespace

std::optional<native::Asked> read_json_request(protocol::FrameBytes& bytes, Timestamp now) {
    const auto envelope = read_envelope(bytes.view());
    if (!envelope) return std::nullopt;
    const auto refused = [&](Errc status, std::string detail) {
        return native::Asked{tagged(envelope->id, Ask::none), native::Refusal{status, std::move(detail)}};
    };
    if (envelope->too_deep)
        return refused(Errc::request_malformed, "arrays and objects lie in each other up to 64 deep");
    if (envelope->command.empty()) return refused(Errc::request_malformed, "there is no command");
    if (envelope->several) return refused(Errc::request_malformed, "one command a line");
    if (!envelope->ask) return refused(Errc::unknown_request, envelope->command);

    auto ask = *envelope->ask;
    auto demand = demand_of(ask, envelope->body, now);
    if (ask == Ask::subscribe && envelope->id == 0) return refused(Errc::missing_field, "id");
    // What a command owns itself weighs as much as its text.
    bytes = {std::move(demand.bytes), std::max(demand.size, bytes.size)};
    return native::Asked{tagged(envelope->id, ask), std::move(demand.demand)};
}

std::optional<native::Asked> JsonCodec::read(protocol::FrameBytes& bytes) {
    return read_json_request(bytes, broker_.now());
}

}  // namespace tern::websocket
