#pragma once

#include <string>
#include <vector>

#include "tern/group.hpp"
#include "tern/message.hpp"
#include "tern/queue.hpp"
#include "tern/stream.hpp"

namespace tern {

struct MessagesToDelete {
    QueueName queue;
    std::vector<std::string> receipt_handles;
};
struct MessagesToSend {
    QueueName queue;
    std::vector<NewMessage> messages;
};
struct BatchesToAppend {
    StreamName stream;
    std::vector<BatchToAppend> batches;
};
struct OffsetsToCommit {
    GroupName group;
    CommitIdentity identity;
    std::vector<OffsetToCommit> offsets;
};

/// What is to be done together, in this order; one refusal refuses all. Up to 100 steps with up to 1,000 entries in
/// all; a partition is appended to once at most.
struct TransactionSteps {
    std::vector<MessagesToDelete> deletes = {};
    std::vector<MessagesToSend> sends = {};
    std::vector<BatchesToAppend> appends = {};
    std::vector<OffsetsToCommit> commits = {};
};

/// Of the sends and the appends, in their order.
struct TransactionResults {
    std::vector<std::vector<SendResult>> sends;
    std::vector<std::vector<AppendResult>> appends;
};

}  // namespace tern
