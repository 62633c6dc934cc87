#include <algorithm>
#include <utility>

#include "broker/frontends/native/request_fields.hpp"
#include "broker/frontends/websocket/json_requests.hpp"
#include "protocol/limits.hpp"

namespace tern::websocket {

namespace {

void read_from_object(Fields& fields, native::StartPosition& to) {
    Fields within(fields.reader(), fields.place_within());
    using From = native::StartFrom;
    const auto position = [&](From from) {
        if (to.from != From::live) within.refuse(Errc::request_malformed, "last, offset and time exclude each other");
        to.from = from;
    };
    while (within.next()) {
        if (within.is("epoch"))
            within.text(to.epoch, native::id_bytes_max, Errc::epoch_differs);
        else if (within.is("last"))
            position(From::last), within.number(to.last);
        else if (within.is("offset"))
            position(From::offset), within.number(to.offset);
        else if (within.is("time"))
            position(From::time), within.time(to.time);
        else
            within.unknown();
    }
    if (to.from == From::live) within.missing("last, offset or time");
    fields.take_over(within.refusal());
}

void read_from(Fields& fields, native::StartPosition& to) {
    to.from = native::StartFrom::live;
    if (fields.kind() == json::Kind::object) return read_from_object(fields, to);
    std::string word = "live";
    fields.text(word);
    if (word == "live")
        to.from = native::StartFrom::live;
    else if (word == "earliest")
        to.from = native::StartFrom::earliest;
    else
        fields.refuse(Errc::unknown_value, "live, earliest or an object");
}

/// A value out of a few words.
template <class Value, class To>
void read_word(Fields& fields, std::initializer_list<std::pair<std::string_view, Value>> words, To& to) {
    std::string word;
    fields.text(word);
    if (word.empty()) return;
    std::string known;
    for (const auto& [name, value] : words) {
        if (word == name) {
            to = value;
            return;
        }
        known.append(known.empty() ? "" : ", ").append(name);
    }
    fields.refuse(Errc::unknown_value, known);
}

/// Ids of subscriptions are those of the requests that made them.
void read_sub(Fields& fields, std::uint64_t& to) {
    std::int64_t id = 0;
    fields.number(id, 1, static_cast<std::int64_t>(request_id_max));
    to = tagged(static_cast<std::uint64_t>(id), Ask::subscribe);
}

/// Copies of what the views will point into.
std::vector<std::string_view> keep_all(Keeper& keeper, const std::vector<std::string>& texts) {
    std::vector<std::string_view> views;
    views.reserve(texts.size());
    for (const auto& text : texts) views.push_back(keeper.keep(text));
    return views;
}

struct Handles {
    std::uint64_t sub = 0;
    std::vector<std::string> handles;
    std::int64_t delay_ms = 0;
};

/// `sub` and `handles`, and `delay_ms` where that may be.
MaybeRefusal read_handles(json::Reader& reader, bool with_delay, Handles& to) {
    Fields fields(reader, {});
    while (fields.next()) {
        std::string ignored;
        if (fields.is("sub"))
            read_sub(fields, to.sub);
        else if (fields.is("handles"))
            fields.texts(to.handles, protocol::batch_entries_max);
        else if (with_delay && fields.is("delay_ms"))
            fields.number(to.delay_ms, 0, INT64_MAX / 2);
        else if (fields.is("namespace"))
            fields.namespace_name(ignored);
        else
            fields.unknown();
    }
    if (to.sub == 0) fields.missing("sub");
    if (to.handles.empty()) fields.missing("handles");
    return fields.refusal();
}

/// A demand with handles, whose bytes go with it.
template <class Demand>
JsonDemand with_handles(Demand&& demand, const std::vector<std::string>& handles) {
    std::size_t size = 0;
    for (const auto& handle : handles) size += handle.size();
    Keeper keeper(size);
    demand.handles = keep_all(keeper, handles);
    return {std::forward<Demand>(demand), keeper.take(), size};
}

}  // namespace

JsonDemand read_subscribe(json::Reader& reader) {
    native::Subscribe to;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("pattern"))
            fields.text(to.pattern, protocol::subject_bytes_max, Errc::pattern_invalid);
        else if (fields.is("namespace"))
            fields.namespace_name(to.namespace_name);
        else if (fields.is("from"))
            read_from(fields, to.start);
        else if (fields.is("filter"))
            fields.object_text(to.filter_policy);
        else if (fields.is("filter_scope"))
            read_word<engine::FilterScope>(
                fields, {{"attributes", engine::FilterScope::attributes}, {"body", engine::FilterScope::body}},
                to.filter_scope);
        else if (fields.is("slow"))
            read_word<native::SlowPolicy>(fields,
                                          {{"catch_up", native::SlowPolicy::catch_up},
                                           {"drop_oldest", native::SlowPolicy::drop_oldest},
                                           {"disconnect", native::SlowPolicy::disconnect}},
                                          to.slow_policy);
        else if (fields.is("durable"))
            fields.text(to.durable.name, protocol::durable_name_bytes_max, Errc::durable_name_invalid);
        else if (fields.is("in_flight_max"))
            fields.number(to.durable.in_flight_max);
        else if (fields.is("ack_wait_ms"))
            fields.duration(to.durable.ack_wait);
        else if (fields.is("deliveries_max"))
            fields.number(to.durable.deliveries_max);
        else if (fields.is("dead_letter_queue"))
            fields.text(to.durable.dead_letter_queue, protocol::queue_name_bytes_max,
                        Errc::subscription_setting_invalid);
        else if (fields.is("presence"))
            fields.flag(to.presence.wanted);
        else if (fields.is("member"))
            fields.text(to.presence.member, protocol::member_name_bytes_max, Errc::member_invalid);
        else if (fields.is("state"))
            fields.value(to.presence.state);
        else
            fields.unknown();
    }
    if (to.pattern.empty()) fields.missing("pattern");
    if (fields.refusal()) return {*fields.refusal()};
    return {std::move(to)};
}

JsonDemand read_unsubscribe(json::Reader& reader) {
    native::Unsubscribe to;
    std::string ignored;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("sub"))
            read_sub(fields, to.subscription);
        else if (fields.is("namespace"))
            fields.namespace_name(ignored);
        else
            fields.unknown();
    }
    if (to.subscription == 0) fields.missing("sub");
    if (fields.refusal()) return {*fields.refusal()};
    return {to};
}

JsonDemand read_ack(json::Reader& reader) {
    Handles read;
    if (auto refusal = read_handles(reader, false, read)) return {*refusal};
    native::Acknowledge to;
    to.subscription = read.sub;
    return with_handles(std::move(to), read.handles);
}

JsonDemand read_reject(json::Reader& reader) {
    Handles read;
    if (auto refusal = read_handles(reader, true, read)) return {*refusal};
    native::Reject to;
    to.subscription = read.sub;
    to.delay = Milliseconds(read.delay_ms);
    return with_handles(std::move(to), read.handles);
}

JsonDemand read_history(json::Reader& reader) {
    native::ReadHistory to;
    std::string epoch;
    bool from = false;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("pattern"))
            fields.text(to.pattern, protocol::subject_bytes_max, Errc::pattern_invalid);
        else if (fields.is("namespace"))
            fields.namespace_name(to.namespace_name);
        else if (fields.is("limit"))
            fields.number(to.publications_max);
        else if (fields.is("from") && fields.kind() != json::Kind::null)
            from = true, read_from(fields, to.start);
        else if (fields.is("before") && fields.kind() != json::Kind::null)
            to.reverse = true, fields.number(to.start.offset);
        else if (fields.is("epoch"))
            fields.text(epoch, native::id_bytes_max, Errc::epoch_differs);
        else if (fields.kind() == json::Kind::null && (fields.is("from") || fields.is("before")))
            fields.reader().value();
        else
            fields.unknown();
    }
    if (to.pattern.empty()) fields.missing("pattern");
    if (from && to.reverse) fields.refuse(Errc::request_malformed, "from and before exclude each other");
    if (fields.refusal()) return {*fields.refusal()};
    if (!epoch.empty()) to.start.epoch = std::move(epoch);
    return {native::Query(std::move(to))};
}

JsonDemand read_presence(json::Reader& reader) {
    native::DescribePresence to;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("topic"))
            fields.text(to.topic.name, protocol::topic_name_bytes_max, Errc::topic_name_invalid);
        else if (fields.is("namespace"))
            fields.namespace_name(to.topic.namespace_name);
        else if (fields.is("limit"))
            fields.number(to.members_max);
        else
            fields.unknown();
    }
    if (to.topic.name.empty()) fields.missing("topic");
    if (fields.refusal()) return {*fields.refusal()};
    return {native::Query(std::move(to))};
}

JsonDemand read_state(json::Reader& reader) {
    native::SetPresence to;
    std::string ignored;
    Fields fields(reader, {});
    while (fields.next()) {
        if (fields.is("sub"))
            read_sub(fields, to.subscription);
        else if (fields.is("state"))
            fields.value(to.state);
        else if (fields.is("namespace"))
            fields.namespace_name(ignored);
        else
            fields.unknown();
    }
    if (to.subscription == 0) fields.missing("sub");
    if (to.state.empty()) fields.missing("state");
    if (fields.refusal()) return {*fields.refusal()};
    return {std::move(to)};
}

}  // namespace tern::websocket
