#pragma once

#include <flatbuffers/flatbuffer_builder.h>

#include <optional>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/frontends/native/reply_writer.hpp"
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

Body body_of(Builder& builder, const engine::GroupAssignment& assignment);
Body body_of(Builder& builder, const std::vector<engine::CommittedOffset>& offsets);
Body body_of(Builder& builder, const engine::GroupPage& page);
Body body_of(Builder& builder, const engine::GroupDescription& group);

}  // namespace tern::native
