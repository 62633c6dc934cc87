#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/topic_settings.hpp"

/// A script is what a run did, as plain data: it can be executed again, shortened and printed. Actions refer to one
/// another by label, so that one stays meaningful when others are dropped.
namespace tern::topic_model {

struct CreateTopic {
    std::string topic;
    engine::TopicSettingsChange settings;
};
struct SetTopic {
    std::string topic;
    engine::TopicSettingsChange settings;
};
struct DropTopic {
    std::string topic;
};

struct Entry {
    std::string subject;
    Bytes data;
    /// Attributes: empty, nothing and 0 mean none.
    std::string colour;
    std::optional<int> price;
    std::size_t fillers = 0;
    std::string group;
    std::optional<std::string> deduplication_id;
};
struct Publish {
    std::string topic;
    std::vector<Entry> entries;
    bool ephemeral = false;
    bool topic_must_exist = false;
};

/// FIFO by its name.
struct CreateQueue {
    std::string queue;
};
struct DropQueue {
    std::string queue;
};

struct Wishes {
    std::optional<std::string> pattern;
    /// One of filters().
    std::optional<std::size_t> filter;
    std::optional<bool> raw;
    std::optional<std::string> dead_letter_queue;
};
struct Subscribe {
    std::string topic;
    std::string queue;
    Wishes wishes;
};
/// The subscription that a Subscribe of this label made, or a durable one.
struct Reference {
    std::uint64_t label = 0;
    std::string durable;
};
struct Change {
    std::string topic;
    Reference subscription;
    Wishes wishes;
};
struct Unsubscribe {
    std::string topic;
    Reference subscription;
};
struct OpenDurable {
    std::string topic;
    std::string name;
    Wishes wishes;
    std::optional<Milliseconds> ack_wait;
    std::uint32_t deliveries_max = 0;
};
struct EnsureTopic {
    std::string topic;
};

/// A member of a durable subscription takes what waits, or somebody receives from a queue (then `topic` is empty).
struct Pull {
    std::string topic;
    /// The durable subscription or the queue.
    std::string name;
    std::int64_t messages_max = 1;
};
enum class End : std::uint8_t {
    acknowledge,
    release,    // at once visible again
    give_back,  // as if it had never been handed out: its member lost the connection
};
/// What becomes of a message that a pull handed out.
struct Finish {
    std::uint64_t pull = 0;
    std::size_t index = 0;
    End end = End::acknowledge;
};

using Body = std::variant<CreateTopic, SetTopic, DropTopic, Publish, CreateQueue, DropQueue, Subscribe, Change,
                          Unsubscribe, OpenDurable, EnsureTopic, Pull, Finish>;

struct Action {
    /// Unique in the script; the number of the request, too.
    std::uint64_t label = 0;
    Body body;
};

struct ReadHistory {
    std::string topic;
    std::uint64_t offset = 0;
    std::size_t publications_max = 100;
    std::uint64_t bytes_max = 1u << 20;
    /// So many publications at the end, and what was committed with them, are not durable yet.
    std::uint64_t not_durable = 0;
};
struct FindTime {
    std::string topic;
    std::int64_t time_ms = 0;
    std::uint64_t not_durable = 0;
};
struct ReadRetained {
    std::string topic;
    std::string pattern;
    std::size_t publications_max = 100;
};
using Query = std::variant<ReadHistory, FindTime, ReadRetained>;

/// Time moves, actions are executed as one batch, questions asked.
struct Step {
    Milliseconds wait{0};
    /// A new engine is opened on the same store before the actions: what is stored is all that it may remember.
    bool reopen = false;
    std::vector<Action> actions;
    std::vector<Query> queries;
};

using Script = std::vector<Step>;

/// For people: one line an action, with the moment it happens.
std::string to_string(const Script& script);

}  // namespace tern::topic_model
