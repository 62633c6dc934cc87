#pragma once

#include <flatbuffers/flatbuffer_builder.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/topic_replies.hpp"
#include "tern_generated.h"

/// The bodies of replies, built into a FlatBufferBuilder: values of the engine on the one side, the schema on the
/// other.
namespace tern::native {

namespace wire = protocol::wire;

using Builder = flatbuffers::FlatBufferBuilder;

/// A body, and which member of the union it is.
struct Body {
    wire::ReplyBody kind;
    flatbuffers::Offset<void> offset;
};

/// Nothing when a stored message cannot be read.
std::optional<Body> body_of(Builder& builder, const engine::AnswerBody& answer);
Body body_of(Builder& builder, const engine::QueueDescription& queue, const std::vector<std::string>& sources);
Body body_of(Builder& builder, const engine::QueuePage& page);
Body body_of(Builder& builder, const engine::NamePage& page);
std::optional<Body> body_of(Builder& builder, const engine::Messages& messages);
Body body_of(Builder& builder, const std::vector<engine::MoveTaskDescription>& tasks);
Body body_of(Builder& builder, const StatusReport& report);

flatbuffers::Offset<wire::AppendResults> results_of(Builder& builder, const engine::AppendResults& answer);
Body body_of(Builder& builder, const engine::AppendResults& answer);
Body body_of(Builder& builder, const engine::StreamDescription& stream);
Body body_of(Builder& builder, const engine::StreamPage& page);
Body body_of(Builder& builder, const std::vector<engine::FoundOffset>& found);

Body body_of(Builder& builder, const engine::PublishResults& answer);
Body body_of(Builder& builder, const engine::SubscriptionAdded& answer);
Body body_of(Builder& builder, const TopicReport& report);
Body body_of(Builder& builder, const TopicListing& listing);
Body body_of(Builder& builder, const engine::SubscriptionPage& page);
Body body_of(Builder& builder, const PresenceReport& report);
Body body_of(Builder& builder, const History& history);
Body body_of(Builder& builder, const Subscribed& subscribed);
Body body_of(Builder& builder, std::span<const PushedPublication> publications);
Body body_of(Builder& builder, const PublicationGap& gap);
Body body_of(Builder& builder, const runtime::PresenceChange& change);
Body body_of(Builder& builder, const SubscriptionEnded& ended);

Body body_of(Builder& builder, const engine::GroupAssignment& assignment);
Body body_of(Builder& builder, const engine::OffsetPage& page);
Body body_of(Builder& builder, const engine::GroupPage& page);
Body body_of(Builder& builder, const engine::GroupDescription& group);

}  // namespace tern::native
