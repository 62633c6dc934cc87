#include "broker/frontends/aws/sns_cleared_messages.hpp"

#include <charconv>
#include <chrono>
#include <utility>

#include "broker/frontends/aws/sns_platform.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

namespace tern::aws::sns {
namespace {

/// No message is kept for longer.
constexpr Milliseconds clearing_remembered_for = std::chrono::hours(25);

/// In the store (sns_platform.hpp). Its annotations are times in milliseconds, by protocol or protocol and address.
engine::TopicName clearings_topic(const Scope& scope) {
    return {store_namespace(scope), "cleared"};
}

std::string key_of_clearing(std::string_view protocol, std::string_view address) {
    return std::string(protocol).append(":").append(address);
}

Timestamp time_of_clearing(const engine::Annotations& times, const std::string& key) {
    std::int64_t ms = 0;
    const auto text = annotation_of(times, key);
    std::from_chars(text.data(), text.data() + text.size(), ms);
    return Timestamp(ms);
}

std::optional<engine::TopicDescription> describe_clearings(const Surroundings& surroundings, const Scope& scope) {
    const auto snapshot = surroundings.broker.snapshot();
    auto found = engine::describe_topic(*snapshot, clearings_topic(scope), surroundings.broker.durable_end());
    if (!found.has_value()) return std::nullopt;
    return std::move(*found);
}

admin::HttpResponse failed_clearing(Errc status) {
    const auto error = error_of(status);
    admin::HttpResponse response;
    response.status = error.kind.status;
    response.body = error.text + "\n";
    return response;
}

std::unique_ptr<admin::Submission> submission_of(engine::Command&& command,
                                                 std::function<admin::HttpStep(engine::Answer&&)>&& then) {
    auto submission = std::make_unique<admin::Submission>();
    submission->command = std::move(command);
    submission->then = std::move(then);
    return submission;
}

/// Notes the clearing, until the broker's time is past it: so nothing that is published after the answer is taken for
/// cleared, be it in the same millisecond.
admin::HttpStep note_clearing(const Surroundings& surroundings, const Scope& scope, const engine::SetTopic& change,
                              Timestamp cleared_at) {
    return submission_of(engine::SetTopic(change), [&surroundings, scope, change, cleared_at](engine::Answer&& answer) {
        if (answer.status != Errc::ok) return admin::HttpStep(failed_clearing(answer.status));
        const auto noted = describe_clearings(surroundings, scope);
        if (noted && noted->modified_at <= cleared_at) return note_clearing(surroundings, scope, change, cleared_at);
        admin::HttpResponse done;
        done.status = 204;
        return admin::HttpStep(std::move(done));
    });
}

}  // namespace

ClearedMessages::ClearedMessages(const Surroundings& surroundings, const Scope& scope, std::string_view protocol)
    : protocol_(protocol) {
    if (auto found = describe_clearings(surroundings, scope)) times_ = std::move(found->annotations);
}

bool ClearedMessages::has(std::string_view address, Timestamp published_at) const {
    return published_at <= time_of_clearing(times_, protocol_) ||
           published_at <= time_of_clearing(times_, key_of_clearing(protocol_, address));
}

admin::HttpStep clear_messages(const Surroundings& surroundings, const Scope& scope, std::string_view protocol,
                               const std::optional<std::string>& address) {
    const auto now = surroundings.broker.now();
    engine::SetTopic change;
    change.topic = clearings_topic(scope);
    // What does not matter any more makes room.
    if (const auto found = describe_clearings(surroundings, scope)) {
        for (const auto& [name, text] : found->annotations) {
            const bool covered = !address && name.starts_with(key_of_clearing(protocol, {}));
            if (covered || time_of_clearing(found->annotations, name) + clearing_remembered_for < now)
                change.annotations[name] = {};
        }
    }
    change.annotations[address ? key_of_clearing(protocol, *address) : std::string(protocol)] =
        std::to_string(now.ms());
    return submission_of(make_store_topic(change.topic, {}),
                         [&surroundings, scope, change, now](engine::Answer&& answer) {
                             if (answer.status != Errc::ok) return admin::HttpStep(failed_clearing(answer.status));
                             return note_clearing(surroundings, scope, change, now);
                         });
}

}  // namespace tern::aws::sns
