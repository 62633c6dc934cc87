#include "broker/engine/publishing.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/engine/deduplication.hpp"
#include "broker/engine/fan_out.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/publication_check.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/retained_values.hpp"
#include "broker/engine/topic_commands.hpp"
#include "broker/engine/topic_history.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// One command's publications on their way into a topic.
class Publishing {
public:
    Publishing(Batch& batch, Topic& topic, const Publish& command)
        : batch_(batch),
          topic_(topic),
          command_(command),
          fan_out_(batch, topic) {
        if (topic.has_history() && !command.ephemeral) history_.emplace(batch, topic, batch.topics.builder());
    }

    PublishResult take(std::uint32_t index) {
        const auto& publication = (*command_.batch)[index];
        PublishResult result;
        result.status = check_publication(topic_.row.topic, topic_.settings(), publication, command_.ephemeral);
        if (result.status != Errc::ok) return result;

        const auto deduplication_id = command_.ephemeral ? std::nullopt : deduplication_id_of(publication);
        const auto group = command_.deduplicated_by_group ? BytesView(publication.group_id) : BytesView();
        if (deduplication_id) {
            const auto earlier = deduplication::find(batch_, topic_.row.storage, group, *deduplication_id);
            if (earlier) return answer_again(*earlier);
        }
        std::optional<retained_values::Place> place;
        if (!command_.ephemeral && topic_.settings().retained) {
            const auto found = retained_values::place_of(batch_, topic_.id, publication.subject);
            if (!found.has_value()) return PublishResult{.status = found.error()};
            place = *found;
        }
        accept(index, place, result);
        if (deduplication_id)
            deduplication::remember(batch_, topic_.row.storage, group, *deduplication_id,
                                    {result.id, *result.offset, batch_.now});
        return result;
    }

    void finish() {
        if (history_) history_->write();
    }

private:
    std::optional<Bytes> deduplication_id_of(const Publication& publication) const {
        if (publication.deduplication_id) return *publication.deduplication_id;
        if (topic_.settings().content_based_deduplication) return deduplication::content_id(publication.data);
        return std::nullopt;
    }

    PublishResult answer_again(const DeduplicationEntry& earlier) {
        ++batch_.counters.publications_deduplicated;
        PublishResult result;
        result.id = earlier.id;
        result.duplicate = true;
        // Without a history an offset means nothing after the run that gave it.
        if (topic_.has_history() || earlier.sent_at >= topic_.run_began_at) result.offset = earlier.sequence;
        if (topic_.settings().fifo) result.sequence = earlier.sequence + 1;
        return result;
    }

    void accept(std::uint32_t index, std::optional<retained_values::Place> place, PublishResult& result) {
        const auto& publication = (*command_.batch)[index];
        result.id = publication.extras && publication.extras->id
                        ? *publication.extras->id
                        : MessageId{batch_.random.next(), batch_.random.next()};
        if (!command_.ephemeral) {
            result.offset = history_ ? history_->add(publication, result.id) : topic_.run_end_offset++;
            if (topic_.settings().fifo) result.sequence = *result.offset + 1;
        }
        const Published published{topic_.id, result.offset, batch_.now, result.id, index, command_.batch};
        if (place) retained_values::keep(batch_, published, *place);
        if (!command_.ephemeral) fan_out_.deliver(published);
        ++batch_.counters.publications;
        batch_.published.push_back(published);
    }

    Batch& batch_;
    Topic& topic_;
    const Publish& command_;
    FanOut fan_out_;
    std::optional<topic_history::Writer> history_;
};

/// Nobody would have wanted a topic in which nothing was accepted.
std::optional<Answer> refuse_all_for_new_topic(Batch& batch, const Publish& command) {
    if (const auto errc = check_made_by_use(batch, command.topic); errc != Errc::ok) return refuse(errc);
    const auto settings = settings_made_by_use(command.topic);
    PublishResults refused;
    for (const auto& publication : *command.batch) {
        PublishResult result;
        result.status = check_publication(command.topic, settings, publication, command.ephemeral);
        if (result.status == Errc::ok) return std::nullopt;
        refused.results.push_back(result);
    }
    return Answer{Errc::ok, {}, std::move(refused)};
}

}  // namespace

Answer publish(Batch& batch, const Publish& command) {
    if (!command.batch || command.batch->empty()) return refuse(Errc::batch_empty);
    if (command.batch->size() > protocol::batch_entries_max) return refuse(Errc::batch_too_long);
    auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value() && found.error() == Errc::topic_does_not_exist && !command.topic_must_exist) {
        if (auto refusal = refuse_all_for_new_topic(batch, command)) return std::move(*refusal);
        found = find_or_make(batch, command.topic);
    }
    if (!found.has_value()) return refuse(found.error());
    auto& topic = **found;
    if (topic.has_history() && !topic_history::end_offset(batch, topic)) return refuse(Errc::storage_damaged);

    PublishResults answer;
    answer.epoch = topic.epoch();
    answer.results.reserve(command.batch->size());
    Publishing publishing(batch, topic, command);
    for (std::uint32_t index = 0; index < command.batch->size(); ++index)
        answer.results.push_back(publishing.take(index));
    publishing.finish();
    return {Errc::ok, {}, std::move(answer)};
}

}  // namespace tern::engine
