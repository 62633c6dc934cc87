#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/status.hpp"
#include "tern/message.hpp"
#include "tern/topic.hpp"

namespace tern {

/// What is to be published. Subject, data and attributes count to the topic's maximum size.
struct NewPublication {
    /// Begins with the topic's name, or is it: "chat", "chat.room.42".
    std::string subject;
    std::string data;
    std::vector<MessageAttribute> attributes = {};
    /// FIFO topics: the queues behind it receive the messages of one group in order.
    std::string group_id = {};
    /// A second publication with the same id within five minutes is answered like the first.
    std::optional<std::string> deduplication_id = {};
};

struct PublishOptions {
    std::string namespace_name = {};
    /// Pushed to who is there, kept nowhere and given to no queue.
    bool ephemeral = false;
    /// Gives each publication that has none a deduplication id of its own (not on FIFO topics, which have a rule of
    /// their own, and not when ephemeral): so it can be sent again when the connection was lost, and is published once.
    bool repeatable = true;
};

/// A publication that was accepted: durable, if the topic keeps a history.
struct Published {
    MessageId id;
    /// Nothing: ephemeral.
    std::optional<std::uint64_t> offset;
    std::string epoch;
    /// FIFO topics only.
    std::uint64_t sequence = 0;
    /// It had been published before; the offset is that of the first time.
    bool duplicate = false;
};

/// The result of one publication of a batch, in their order.
struct PublishResult {
    protocol::Status status = protocol::Status::ok;
    std::string detail;
    MessageId id;
    std::optional<std::uint64_t> offset;
    std::uint64_t sequence = 0;
    bool duplicate = false;

    bool ok() const { return status == protocol::Status::ok; }
};
struct PublishResults {
    std::vector<PublishResult> results;
    std::string epoch;
};

/// A publication as it comes.
struct Publication {
    std::string subject;
    /// Nothing: ephemeral.
    std::optional<std::uint64_t> offset;
    TimePoint published_at;
    std::string data;
    std::vector<MessageAttribute> attributes;
    MessageId id;
    /// It is the last value that the topic keeps of its subject.
    bool retained = false;
    /// Durable subscriptions: what to acknowledge with, and how often it was pushed.
    std::string handle;
    std::uint32_t delivery = 1;
};

/// Publications that were missed: the history no longer reaches back to them, or the subscriber was too slow.
struct PublicationGap {
    std::uint64_t from_offset = 0;
    /// Where it goes on.
    std::uint64_t to_offset = 0;
    /// How many of them would have been pushed, as far as that is known.
    std::uint64_t dropped = 0;
    std::string epoch;
    /// The topic's offsets have begun anew: from_offset is of the epoch before.
    bool new_epoch = false;
};

/// Who has come to a topic and who has gone.
struct PresenceChange {
    std::vector<PresenceMember> joined;
    std::vector<std::string> left;
    /// They have changed their state.
    std::vector<PresenceMember> updated;
    /// `joined` are all that are there: what was known before is out of date.
    bool complete = false;
};

/// What comes to a subscriber, in order.
using Push = std::variant<Publication, PublicationGap, PresenceChange>;

// ---- where to begin, in a subscription or a reading of history

/// From now on.
struct FromNow {};
/// With the last so many that are kept.
struct FromLast {
    std::uint32_t publications = 0;
};
/// With the publication that has this offset.
struct FromOffset {
    std::uint64_t offset = 0;
    /// Absent: the present one.
    std::string epoch = {};
};
/// With the first publication at or after this time.
struct FromTime {
    TimePoint time;
};
/// With the oldest that is kept.
struct FromEarliest {};

using HistoryStart = std::variant<FromNow, FromLast, FromOffset, FromTime, FromEarliest>;

struct HistoryOptions {
    std::string namespace_name = {};
    /// FromNow reads nothing.
    HistoryStart from = FromEarliest{};
    /// 1 to 1,000.
    std::uint32_t publications_max = 100;
    /// With FromOffset: what lies before the offset, the newest of it; still oldest first.
    bool reverse = false;
};
struct History {
    /// Oldest first.
    std::vector<Publication> publications;
    std::string epoch;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// Where to go on; of a reverse reading, the offset before which to go on.
    std::uint64_t next_offset = 0;
    bool more = false;
};

}  // namespace tern
