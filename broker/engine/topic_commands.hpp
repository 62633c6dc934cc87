#pragma once

#include "broker/base/result.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/topic.hpp"

/// Commands that make, change and remove topics. Each checks everything first and writes afterwards.
namespace tern::engine {

/// Creating is idempotent: the same settings and tags again succeed, others are refused, naming the first that differs
/// (docs/aws.md sns-2).
Answer create_topic(Batch& batch, const CreateTopic& command);
Answer set_topic(Batch& batch, const SetTopic& command);
Answer delete_topic(Batch& batch, const DeleteTopic& command);
Answer ensure_topic(Batch& batch, const EnsureTopic& command);

/// What a topic that is made by its first use is like: it tells who is there; a name that ends in .fifo makes it a FIFO
/// topic.
TopicSettings settings_made_by_use(const TopicName& topic);
/// Whether a topic that does not exist may be made by use.
/// Errors: topic_does_not_exist when the broker's setting forbids it; namespace_invalid, topic_name_invalid,
/// too_many_topics.
Errc check_made_by_use(Batch& batch, const TopicName& topic);
/// Makes a topic that was checked.
Topic& make_topic(Batch& batch, const TopicName& name, const TopicSettings& settings, std::vector<QueueTag> tags,
                  const Annotations& annotations = {});
/// The topic, made if need be and if it may. Errors: as check_made_by_use; storage_damaged.
Result<Topic*> find_or_make(Batch& batch, const TopicName& name);

/// Errors: storage_damaged when the history's end cannot be told.
Result<TopicOpened> opened(Batch& batch, const Topic& topic);

}  // namespace tern::engine
