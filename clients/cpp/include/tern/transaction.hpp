#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/client.hpp"
#include "tern/record.hpp"
#include "tern/stream_consumer.hpp"
#include "tern/transaction_steps.hpp"

namespace tern {

/// Gathers what is to happen together: deletes and sends on queues, appends to streams, committed offsets. All of it
/// happens in one commit of the broker, or nothing does: one refusal refuses all.
///
/// With the offsets of a consumer in it, what is derived from records is stored exactly once, however often the process
/// crashes: the position moves in the same commit. When the outcome is not known (Execution::perhaps), call the
/// consumer's rejoin before the next poll.
class Transaction {
public:
    Transaction& delete_message(const QueueName& queue, std::string receipt_handle);
    Transaction& send(const QueueName& queue, NewMessage message);
    /// The records become one batch: a partition can be appended to once.
    Transaction& append(const StreamName& stream, std::uint32_t partition, const std::vector<NewRecord>& records,
                        Compression compression = Compression::none);
    /// On behalf of a member of the group; see StreamConsumer::identity.
    Transaction& commit_offsets(const GroupName& group, const CommitIdentity& identity,
                                const std::vector<OffsetToCommit>& offsets);
    /// That these records, all of the consumer's last poll, are processed.
    Transaction& commit_offsets(const StreamConsumer& consumer, const std::vector<ConsumedRecord>& records);

    bool empty() const;
    const TransactionSteps& steps() const { return steps_; }

    /// Completes with Outcome<TransactionResults>. Errors: those of the steps, with the step and entry as detail;
    /// transaction_empty, transaction_too_long, transaction_partition_twice.
    template <class Token>
    auto commit(Client& client, Token&& token) const {
        return client.transact(steps_, std::forward<Token>(token));
    }
    /// Waits for the outcome. Errors: throws Error.
    TransactionResults commit(BlockingClient& client) const { return client.transact(steps_); }

private:
    TransactionSteps steps_;
};

}  // namespace tern
