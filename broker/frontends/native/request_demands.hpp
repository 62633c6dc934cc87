#pragma once

#include "broker/engine/commands.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/frontends/native/request_fields.hpp"
#include "tern_generated.h"

/// What each kind of request asks for, shape by shape; request.hpp tells what holds for all of them.
namespace tern::native {

// ---- parts that stand alone and in transactions

MaybeRefusal read_send(const wire::Send& body, engine::SendMessages& to);
MaybeRefusal read_delete(const wire::Delete& body, engine::DeleteMessages& to);
/// Checks each batch (protocol::check_batch): one that is damaged or invalid becomes the fault of its entry.
MaybeRefusal read_append(const wire::Append& body, engine::Append& to);
MaybeRefusal read_commit(const wire::CommitOffsets& body, engine::CommitOffsets& to);

// ---- streams

Demand demand_of(const wire::CreateStream& body);
Demand demand_of(const wire::SetStream& body);
Demand demand_of(const wire::DeleteStream& body);
Demand demand_of(const wire::ListStreams& body);
Demand demand_of(const wire::DescribeStream& body);
Demand demand_of(const wire::TruncateStream& body);
Demand demand_of(const wire::Append& body);
Demand demand_of(const wire::Fetch& body);
Demand demand_of(const wire::FindOffsets& body);

// ---- consumer groups

Demand demand_of(const wire::JoinGroup& body);
Demand demand_of(const wire::Heartbeat& body);
Demand demand_of(const wire::LeaveGroup& body);
Demand demand_of(const wire::CommitOffsets& body);
Demand demand_of(const wire::FetchOffsets& body);
Demand demand_of(const wire::DeleteGroup& body);
Demand demand_of(const wire::ListGroups& body);
Demand demand_of(const wire::DescribeGroup& body);

// ---- topics

Demand demand_of(const wire::CreateTopic& body);
Demand demand_of(const wire::SetTopic& body);
Demand demand_of(const wire::DeleteTopic& body);
Demand demand_of(const wire::ListTopics& body);
Demand demand_of(const wire::DescribeTopic& body);
Demand demand_of(const wire::DescribePresence& body);
Demand demand_of(const wire::ReadHistory& body);
Demand demand_of(const wire::AddSubscription& body);
Demand demand_of(const wire::SetSubscription& body);
Demand demand_of(const wire::RemoveSubscription& body);
Demand demand_of(const wire::ListSubscriptions& body);
/// Copies what is published: it outlives its frame.
Demand demand_of(const wire::Publish& body);
Demand demand_of(const wire::Subscribe& body);
Demand demand_of(const wire::Acknowledge& body);
Demand demand_of(const wire::Reject& body);
Demand demand_of(const wire::SetPresence& body);

// ---- several things or none

Demand demand_of(const wire::Transact& body);

}  // namespace tern::native
