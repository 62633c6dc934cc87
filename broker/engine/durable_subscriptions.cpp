// Durable subscriptions: queues that only the broker can name, fed by their topic.

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/engine/dead_letters.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/subscription_commands.hpp"
#include "broker/engine/subscription_settings.hpp"
#include "broker/engine/topic_commands.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr Milliseconds ack_wait_min = std::chrono::seconds(1);
constexpr Milliseconds ack_wait_max = std::chrono::hours(12);
constexpr std::uint32_t deliveries_limit = 1000;
/// As long as a queue can keep messages.
constexpr Milliseconds durable_retention = std::chrono::hours(14 * 24);

SubscriptionRefusal check_durable(const OpenDurable& command) {
    if (!valid_durable_name(command.name)) return {Errc::durable_name_invalid, {}};
    if (command.ack_wait && (*command.ack_wait < ack_wait_min || *command.ack_wait > ack_wait_max))
        return {Errc::subscription_setting_invalid, "ack_wait_ms"};
    if (command.deliveries_max > deliveries_limit) return {Errc::subscription_setting_invalid, "deliveries_max"};
    return {};
}

/// The settings of the queue: of a new one when there is none yet.
QueueSettings queue_settings_of(const OpenDurable& command, const SubscriptionRow& row, bool fifo,
                                const Queue* present) {
    auto settings = present != nullptr ? present->settings() : QueueSettings{};
    settings.fifo = fifo;
    settings.retention = durable_retention;
    settings.message_bytes_max = static_cast<std::int64_t>(protocol::message_bytes_max);
    if (command.ack_wait) settings.visibility_timeout = *command.ack_wait;
    settings.redrive_policy.reset();
    if (command.deliveries_max > 0 && !row.dead_letter_queue.empty())
        settings.redrive_policy = RedrivePolicy{row.dead_letter_queue, command.deliveries_max};
    return settings;
}

std::string dead_letter_queue_of(const QueueSettings& settings) {
    return settings.redrive_policy ? settings.redrive_policy->dead_letter_queue : std::string();
}

void change_queue(Batch& batch, Queue& queue, QueueSettings settings) {
    if (queue.settings() == settings) return;
    dead_letters::note_change(batch, queue, dead_letter_queue_of(queue.settings()), dead_letter_queue_of(settings));
    queue.row.settings = std::move(settings);
    queue.row.modified_at = batch.now;
    batch.queues.save_row(batch.transaction, queue);
}

/// Opens one durable subscription: first checks, then writes.
class Opening {
public:
    Opening(Batch& batch, const OpenDurable& command) : batch_(batch), command_(command) {}

    Answer run() {
        auto refusal = check();
        if (refusal.errc != Errc::ok) return refuse(refusal.errc, std::move(refusal.detail));
        return execute();
    }

private:
    SubscriptionRefusal check() {
        if (auto refusal = check_durable(command_); refusal.errc != Errc::ok) return refusal;
        if (const auto errc = look_for_topic(); errc != Errc::ok) return {errc, {}};
        row_.kind = SubscriptionKind::durable;
        if (present_ != nullptr) {
            if (present_->row.kind != SubscriptionKind::durable) return {Errc::subscription_exists, "kind"};
            row_ = present_->row;
            const auto name = hidden_names::durable_queue(command_.topic, topic_->id, command_.name);
            const auto queue = batch_.queues.find(batch_.transaction, name);
            if (!queue.has_value()) return {Errc::storage_damaged, {}};
            queue_ = *queue;
        } else if (topic_ != nullptr && topic_->row.subscriptions >= batch_.limits.subscriptions_per_topic_max) {
            return {Errc::too_many_subscriptions, {}};
        }
        if (auto refusal = change(batch_, command_.topic, row_, command_.settings); refusal.errc != Errc::ok)
            return refusal;
        queue_settings_ = queue_settings_of(command_, row_, command_.topic.name.ends_with(".fifo"), queue_);
        const auto source =
            hidden_names::durable_queue(command_.topic, topic_ != nullptr ? topic_->id : 0, command_.name);
        if (const auto errc = dead_letters::check(batch_, source, queue_settings_); errc != Errc::ok)
            return {errc, "dead_letter_queue"};
        return {};
    }

    Errc look_for_topic() {
        const auto found = batch_.topics.find(batch_, command_.topic);
        if (!found.has_value() && found.error() == Errc::topic_does_not_exist)
            return check_made_by_use(batch_, command_.topic);
        if (!found.has_value()) return found.error();
        topic_ = *found;
        batch_.topics.read_subscriptions(batch_, *topic_);
        present_ = topic_->subscription(command_.name);
        return Errc::ok;
    }

    Answer execute() {
        if (topic_ == nullptr) topic_ = &make_topic(batch_, command_.topic, settings_made_by_use(command_.topic), {});
        auto answer = opened(batch_, *topic_);
        if (!answer.has_value()) return refuse(answer.error());
        answer->durable_queue = hidden_names::durable_queue(command_.topic, topic_->id, command_.name);
        if (present_ == nullptr) {
            add(answer->durable_queue);
        } else {
            change_queue(batch_, *queue_, std::move(queue_settings_));
            if (!first_difference(present_->row, command_.settings).empty())
                batch_.topics.change_subscription(batch_, *topic_, *present_, std::move(row_));
        }
        return {Errc::ok, {}, std::move(*answer)};
    }

    void add(const QueueName& queue_name) {
        row_.name = command_.name;
        row_.created_at = batch_.now;
        batch_.topics.add_subscription(batch_, *topic_, std::move(row_));
        const auto dead_letter_queue = dead_letter_queue_of(queue_settings_);
        QueueRow row{queue_name, std::move(queue_settings_), {}, batch_.now, batch_.now};
        const auto& queue = batch_.queues.add(batch_.transaction, std::move(row), batch_.now);
        dead_letters::note_change(batch_, queue, {}, dead_letter_queue);
    }

    Batch& batch_;
    const OpenDurable& command_;
    /// Null: it is to be made.
    Topic* topic_ = nullptr;
    Subscription* present_ = nullptr;
    Queue* queue_ = nullptr;
    SubscriptionRow row_;
    QueueSettings queue_settings_;
};

}  // namespace

Answer open_durable(Batch& batch, const OpenDurable& command) {
    return Opening(batch, command).run();
}

Errc move_dead_letters(Batch& batch, const Topic& topic, const SubscriptionRow& row) {
    const auto name = hidden_names::durable_queue(topic.row.topic, topic.id, row.name);
    const auto queue = batch.queues.find(batch.transaction, name);
    if (!queue.has_value()) return Errc::storage_damaged;
    auto settings = (*queue)->settings();
    if (!settings.redrive_policy) return Errc::ok;
    settings.redrive_policy->dead_letter_queue = row.dead_letter_queue;
    if (row.dead_letter_queue.empty()) settings.redrive_policy.reset();
    if (const auto errc = dead_letters::check(batch, name, settings); errc != Errc::ok) return errc;
    change_queue(batch, **queue, std::move(settings));
    return Errc::ok;
}

}  // namespace tern::engine
