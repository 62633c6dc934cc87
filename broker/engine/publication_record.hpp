#pragma once

#include <optional>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/topic_queries.hpp"
#include "protocol/record_batch.hpp"

/// Publications as they are stored (docs/storage.md): as records of a topic's history, as retained values, and as
/// messages of durable subscriptions' queues.
namespace tern::engine {

/// Attributes with this prefix are the broker's own: publishers may not use it.
inline constexpr BytesView own_attribute_prefix = "tern.";

/// A publication as a record of the history: key is the subject, value the data.
class HistoryRecord {
public:
    HistoryRecord(const Publication& publication, const MessageId& id);
    /// Valid as long as this and the publication are.
    const std::vector<protocol::RecordHeader>& headers() const { return headers_; }

private:
    Bytes memory_;
    std::vector<protocol::RecordHeader> headers_;
};
/// Nothing when the record is not one.
std::optional<StoredPublication> read_history_record(const protocol::Record& record);

/// The row of table `retained`.
Bytes encode_retained(const Published& published);
std::optional<StoredPublication> decode_retained(BytesView bytes);

/// The attributes of a message in a durable subscription's queue, encoded for the message record: tern.subject,
/// tern.offset, tern.epoch, tern.id, tern.time, if there are extras tern.extras, and then the publication's own.
Bytes durable_attributes(const Published& published, const std::string& epoch, BytesView extras = {});

/// A publication's attributes as those of a message; they point into it.
std::vector<MessageAttribute> message_attributes(const Publication& publication);
/// Those of them that a message in a user's queue may have.
std::vector<MessageAttribute> raw_attributes(const Publication& publication);

/// 8-4-4-4-12 hexadecimal digits.
std::string text_of(const MessageId& id);

}  // namespace tern::engine
