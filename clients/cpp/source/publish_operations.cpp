#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <random>
#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/topic_parts.hpp"
#include "tern/detail/operations.hpp"

/// Publishing, reading what was published, and subscribing.
namespace tern::detail {

namespace {

/// Different in each process, also in one that was forked, and in each call.
std::string new_deduplication_id() {
    static const std::uint64_t origin = (std::uint64_t{std::random_device()()} << 32) | std::random_device()();
    static std::atomic<std::uint64_t> count = 0;
    char id[64];
    std::snprintf(id, sizeof id, "%016llx-%x-%llx", static_cast<unsigned long long>(origin),
                  static_cast<unsigned>(::getpid()), static_cast<unsigned long long>(++count));
    return id;
}

bool is_of_fifo_topic(const NewPublication& publication) {
    const auto dot = publication.subject.find('.');
    if (dot == std::string::npos) return false;
    const auto rest = std::string_view(publication.subject).substr(dot + 1);
    return rest == "fifo" || rest.starts_with("fifo.");
}

flatbuffers::Offset<wire::NewPublication> encode(Builder& builder, const NewPublication& publication,
                                                 const PublishOptions& options) {
    const auto subject = text(builder, publication.subject);
    const auto data = binary(builder, publication.data);
    const auto attributes = encode_attributes(builder, publication.attributes);
    const auto group_id = text(builder, publication.group_id);
    Text deduplication_id;
    if (publication.deduplication_id) {
        // An empty one is not the same as none.
        deduplication_id = builder.CreateString(*publication.deduplication_id);
    } else if (options.repeatable && !options.ephemeral && !is_of_fifo_topic(publication)) {
        deduplication_id = builder.CreateString(new_deduplication_id());
    }
    return wire::CreateNewPublication(builder, subject, data, attributes, group_id, deduplication_id);
}

std::string publish_frame(Id id, const NewPublication* publications, std::size_t count, const PublishOptions& options) {
    Builder builder(512);
    std::vector<flatbuffers::Offset<wire::NewPublication>> offsets;
    offsets.reserve(count);
    for (std::size_t i = 0; i < count; ++i) offsets.push_back(encode(builder, publications[i], options));
    const auto vector = builder.CreateVector(offsets);
    const auto namespace_name = text(builder, options.namespace_name);
    return frame_of(builder, id, wire::CreatePublish(builder, namespace_name, vector, options.ephemeral));
}

/// A FIFO topic takes nothing without an id that the publisher or the content gives.
bool can_be_repeated(const NewPublication& publication, const PublishOptions& options) {
    if (options.ephemeral) return false;
    return options.repeatable || publication.deduplication_id || is_of_fifo_topic(publication);
}

Outcome<PublishResults> read_publish_results(std::string_view reply) {
    const auto body = body_of<wire::PublishResults>(reply);
    if (!body.has_value()) return body.error();
    PublishResults results;
    results.epoch = text_of((*body)->epoch());
    if (!(*body)->results()) return results;
    for (const auto* entry : *(*body)->results()) {
        const auto status = static_cast<Status>(entry->status());
        results.results.push_back({status, detail_of(status, entry->message()), id_of(entry->id()),
                                   offset_if_any(entry->offset()), entry->sequence(), entry->duplicate()});
    }
    return results;
}

Outcome<Published> read_published(std::string_view reply) {
    auto results = read_publish_results(reply);
    if (!results.has_value()) return results.error();
    if (results->results.size() != 1) return not_understood();
    const auto& result = results->results.front();
    if (!result.ok()) return Error(result.status, result.detail);
    return Published{result.id, result.offset, std::move(results->epoch), result.sequence, result.duplicate};
}

Outcome<History> read_history_reply(std::string_view reply) {
    const auto body = body_of<wire::History>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    History history;
    history.epoch = text_of(from.epoch());
    history.start_offset = from.start_offset();
    history.end_offset = from.end_offset();
    history.next_offset = from.next_offset();
    history.more = from.more();
    if (!from.publications()) return history;
    history.publications.reserve(from.publications()->size());
    for (const auto* publication : *from.publications()) history.publications.push_back(detail::decode(*publication));
    return history;
}

Outcome<Subscribed> read_subscribed(std::string_view reply) {
    const auto body = body_of<wire::Subscribed>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    return Subscribed{text_of(from.topic()), text_of(from.epoch()), from.offset(), from.recovered(),
                      members_of(from.members())};
}

Outcome<std::vector<EntryResult>> read_handle_results(std::string_view reply) {
    const auto body = body_of<wire::EntryResults>(reply);
    if (!body.has_value()) return body.error();
    std::vector<EntryResult> results;
    if (!(*body)->results()) return results;
    for (const auto* entry : *(*body)->results()) {
        const auto status = static_cast<Status>(entry->status());
        results.push_back({status, detail_of(status, entry->message())});
    }
    return results;
}

}  // namespace

Operation<Published> publish(Id id, const NewPublication& publication, const PublishOptions& options) {
    return {id, publish_frame(id, &publication, 1, options), read_published, can_be_repeated(publication, options)};
}

Operation<PublishResults> publish_batch(Id id, const std::vector<NewPublication>& publications,
                                        const PublishOptions& options) {
    const bool idempotent =
        std::all_of(publications.begin(), publications.end(),
                    [&options](const NewPublication& publication) { return can_be_repeated(publication, options); });
    return {id, publish_frame(id, publications.data(), publications.size(), options), read_publish_results, idempotent};
}

Operation<History> read_history(Id id, const std::string& pattern, const HistoryOptions& options) {
    Builder builder(256);
    const auto start = fields_of(options.from);
    const auto namespace_name = text(builder, options.namespace_name);
    const auto wanted = text(builder, pattern);
    const auto epoch = text(builder, start.epoch);
    const auto body = wire::CreateReadHistory(builder, namespace_name, wanted, epoch, start.offset, start.from,
                                              start.time, start.last, options.publications_max, options.reverse);
    return {id, frame_of(builder, id, body), read_history_reply, true};
}

Operation<Subscribed> subscribe(Id id, const SubscriberOptions& options, const HistoryStart& from) {
    Builder builder(512);
    const auto start = fields_of(from);
    const auto namespace_name = text(builder, options.namespace_name);
    const auto pattern = text(builder, options.pattern);
    const auto epoch = text(builder, start.epoch);
    const auto filter_policy = text(builder, options.filter_policy);
    const auto durable = text(builder, options.durable);
    const auto dead_letter_queue = text(builder, options.dead_letter_queue);
    const auto member = text(builder, options.member);
    const auto member_state = options.member_state.empty() ? 0 : binary(builder, options.member_state);
    wire::SubscribeBuilder to(builder);
    to.add_namespace_name(namespace_name);
    to.add_pattern(pattern);
    to.add_from(start.from);
    to.add_last(start.last);
    to.add_epoch(epoch);
    to.add_offset(start.offset);
    to.add_time(start.time);
    to.add_filter_policy(filter_policy);
    to.add_filter_scope(static_cast<wire::FilterScope>(options.filter_scope));
    if (options.slow_policy) to.add_slow_policy(static_cast<wire::SlowPolicy>(*options.slow_policy));
    to.add_durable(durable);
    to.add_in_flight_max(options.in_flight_max);
    to.add_ack_wait_ms(duration(options.ack_wait));
    to.add_deliveries_max(options.deliveries_max);
    to.add_dead_letter_queue(dead_letter_queue);
    to.add_presence(options.presence);
    to.add_member(member);
    to.add_member_state(member_state);
    return {id, frame_of(builder, id, to.Finish()), read_subscribed, false};
}

Operation<void> unsubscribe(Id id, Id subscription) {
    Builder builder(64);
    return {id, frame_of(builder, id, wire::CreateUnsubscribe(builder, subscription)), read_done};
}

Operation<std::vector<EntryResult>> acknowledge(Id id, Id subscription, const std::vector<std::string>& handles) {
    Builder builder(512);
    const auto vector = builder.CreateVectorOfStrings(handles);
    return {id, frame_of(builder, id, wire::CreateAcknowledge(builder, subscription, vector)), read_handle_results};
}

Operation<std::vector<EntryResult>> reject(Id id, Id subscription, const std::vector<std::string>& handles,
                                           std::chrono::milliseconds delay) {
    Builder builder(512);
    const auto vector = builder.CreateVectorOfStrings(handles);
    const auto body = wire::CreateReject(builder, subscription, vector, delay.count());
    return {id, frame_of(builder, id, body), read_handle_results};
}

Operation<void> set_presence(Id id, Id subscription, const std::string& state) {
    Builder builder(256);
    const auto bytes = binary(builder, state);
    return {id, frame_of(builder, id, wire::CreateSetPresence(builder, subscription, bytes)), read_done};
}

}  // namespace tern::detail
