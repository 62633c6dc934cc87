#include "tern/transaction.hpp"

#include <algorithm>
#include <chrono>

#include "protocol/record_batch.hpp"

namespace tern {

namespace {

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

TimePoint now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void add(protocol::BatchBuilder& builder, const NewRecord& record) {
    std::vector<protocol::RecordHeader> headers;
    for (const auto& header : record.headers) headers.push_back({header.key, view_of(header.value)});
    const auto at = record.timestamp.value_or(now()).time_since_epoch().count();
    builder.add(at, view_of(record.key), view_of(record.value), headers);
}

/// The step for this queue or stream, which is made if it is not there.
template <class Step, class Name>
Step& step_for(std::vector<Step>& steps, const Name& name, const Name Step::*member) {
    const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step& step) { return step.*member == name; });
    return found != steps.end() ? *found : steps.emplace_back(Step{name, {}});
}

}  // namespace

Transaction& Transaction::delete_message(const QueueName& queue, std::string receipt_handle) {
    step_for<MessagesToDelete, QueueName>(steps_.deletes, queue, &MessagesToDelete::queue)
        .receipt_handles.push_back(std::move(receipt_handle));
    return *this;
}

Transaction& Transaction::send(const QueueName& queue, NewMessage message) {
    step_for<MessagesToSend, QueueName>(steps_.sends, queue, &MessagesToSend::queue)
        .messages.push_back(std::move(message));
    return *this;
}

Transaction& Transaction::append(const StreamName& stream, std::uint32_t partition,
                                 const std::vector<NewRecord>& records, Compression compression) {
    if (records.empty()) return *this;
    protocol::BatchBuilder builder;
    builder.begin();
    for (const auto& record : records) add(builder, record);
    step_for<BatchesToAppend, StreamName>(steps_.appends, stream, &BatchesToAppend::stream)
        .batches.push_back({partition, std::string(builder.finish(compression, {})), {}});
    return *this;
}

Transaction& Transaction::commit_offsets(const GroupName& group, const CommitIdentity& identity,
                                         const std::vector<OffsetToCommit>& offsets) {
    if (!offsets.empty()) steps_.commits.push_back({group, identity, offsets});
    return *this;
}

Transaction& Transaction::commit_offsets(const StreamConsumer& consumer, const std::vector<ConsumedRecord>& records) {
    return commit_offsets(consumer.group(), consumer.identity(), offsets_after(records));
}

bool Transaction::empty() const {
    return steps_.deletes.empty() && steps_.sends.empty() && steps_.appends.empty() && steps_.commits.empty();
}

}  // namespace tern
