#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/queue_settings.hpp"

/// A script is what a run of the model test did, as plain data: it can be executed again, shortened and printed.
/// Actions refer to one another by label, so that one stays meaningful when others are dropped.
namespace tern::model {

/// A handle that the receive with this label was answered with, or a string that no receive ever gave.
struct HandleReference {
    std::uint64_t receive = 0;
    std::size_t index = 0;
    std::string garbage;
};

struct Attribute {
    std::string name;
    std::string type;
    std::string value;

    bool operator==(const Attribute&) const = default;
};

struct Entry {
    std::string body;
    std::vector<Attribute> attributes;
    std::optional<Milliseconds> delay;
    std::string group;
    std::optional<std::string> deduplication_id;
};

struct Create {
    std::string queue;
    engine::QueueSettingsChange settings;
    std::vector<engine::QueueTag> tags;
};
struct Drop {
    std::string queue;
};
struct Set {
    std::string queue;
    engine::QueueSettingsChange settings;
};
struct Tag {
    std::string queue;
    std::vector<engine::QueueTag> tags;
};
struct Untag {
    std::string queue;
    std::vector<std::string> keys;
};
struct Purge {
    std::string queue;
};
struct Send {
    std::string queue;
    std::vector<Entry> entries;
};
struct Receive {
    std::string queue;
    std::int64_t messages_max = 1;
    std::optional<Milliseconds> visibility;
    std::optional<Milliseconds> wait;
    std::string attempt;
};
struct Delete {
    std::string queue;
    std::vector<HandleReference> handles;
};
struct Change {
    std::string queue;
    std::vector<HandleReference> handles;
    /// As many as handles.
    std::vector<Milliseconds> visibility;
};
struct GiveBack {
    std::vector<HandleReference> handles;
};
struct Move {
    std::string source;
    std::optional<std::string> destination;
    std::optional<std::int64_t> rate;
};
struct CancelMove {
    std::uint64_t move = 0;
};
struct CancelWait {
    std::uint64_t receive = 0;
};
struct EndSession {};

using Body = std::variant<Create, Drop, Set, Tag, Untag, Purge, Send, Receive, Delete, Change, GiveBack, Move,
                          CancelMove, CancelWait, EndSession>;

struct Action {
    /// Unique in the script; the number of the request, too.
    std::uint64_t label = 0;
    std::uint64_t session = 0;
    Body body;
};

/// Time moves, and then one batch of actions is executed.
struct Step {
    Milliseconds wait{0};
    /// A new engine is opened on the same store before the batch: what is stored is all that it may remember.
    bool reopen = false;
    std::vector<Action> actions;
};

using Script = std::vector<Step>;

std::string to_string(const Action& action);
/// For people: one line an action, with the moment it happens.
std::string to_string(const Script& script);

}  // namespace tern::model
