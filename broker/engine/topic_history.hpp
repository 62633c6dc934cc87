#pragma once

#include <cstdint>
#include <optional>

#include "broker/engine/batch.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/stream.hpp"
#include "broker/engine/topic.hpp"
#include "protocol/record_batch.hpp"

/// A topic's history: a hidden stream of one partition, whose records are the publications.
namespace tern::engine::topic_history {

/// Makes the stream; answers its number.
std::uint32_t add(Batch& batch, const TopicName& topic, const TopicSettings& settings);
/// The settings of the topic have changed.
void change_settings(Batch& batch, const Topic& topic);
void remove(Batch& batch, const Topic& topic);

/// Of the next publication; nothing when the history's row is damaged.
std::optional<std::uint64_t> end_offset(Batch& batch, const Topic& topic);

/// Puts the publications of one command into few record batches. They have to be written before anything else happens
/// to the topic.
class Writer {
public:
    /// Of a topic whose end_offset is known.
    Writer(Batch& batch, const Topic& topic, protocol::BatchBuilder& builder);
    /// The offset that it gets.
    std::uint64_t add(const Publication& publication, const MessageId& id);
    void write();

private:
    void flush();

    Batch& batch_;
    const Topic& topic_;
    protocol::BatchBuilder& builder_;
    Stream& stream_;
    Partition& partition_;
    bool begun_ = false;
};

/// Where readers begin: the oldest publication that the number allowed by the settings includes. The blocks below
/// follow in larger steps.
std::uint64_t start_offset(const TopicSettings& settings, const PartitionRow& row);

}  // namespace tern::engine::topic_history
