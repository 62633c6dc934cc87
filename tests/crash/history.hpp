#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/trace.hpp"

/// What clients asked for and were told, read from the bytes on their connections.
namespace tern::crash {

inline constexpr Position never = std::numeric_limits<Position>::max();

/// When a command was asked for (its last byte had come) and when it was acknowledged (the call that sends the last
/// byte of its answer was made). In between, and if it was never answered, it may have happened or not.
struct Span {
    Position requested = never;
    Position acknowledged = never;

    /// At a power cut at `at`: it must have happened; it may have.
    bool surely_before(Position at) const { return acknowledged < at; }
    bool perhaps_before(Position at) const { return requested < at; }
};

/// Something that gives a value; of several the last one holds. Hours here, so that the run itself takes no time.
struct Setting {
    Span span;
    std::int64_t hours = 0;
};

struct SentMessage {
    std::string queue;
    std::string body;
    std::string group;
    Span sent;
    /// 0 while not told.
    std::uint64_t sequence = 0;
    std::vector<Span> receives;
    std::vector<Span> deletes;
    /// For how long it is out of sight, by receives and changes of visibility.
    std::vector<Setting> visibility;
};

struct QueueHistory {
    bool fifo = false;
    Span created;
    std::vector<Span> removals;
    std::vector<Span> purges;
    /// Its own visibility timeout.
    std::vector<Setting> visibility;
};

struct History {
    std::map<std::string, QueueHistory> queues;
    /// By the part of the body before the first '|'.
    std::map<std::string, SentMessage> messages;
    std::size_t requests = 0;
    std::size_t acknowledgements = 0;
    std::size_t refusals = 0;
};

/// Errors: throws std::runtime_error when the bytes are not what the load writes.
History read_history(const Trace& trace);

/// The part of a body that names its message.
inline std::string name_in(std::string_view body) {
    return std::string(body.substr(0, body.find('|')));
}

}  // namespace tern::crash
