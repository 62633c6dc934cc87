#pragma once

#include <map>
#include <string>
#include <vector>

#include "tern_generated.h"
#include "tests/crash/history.hpp"

namespace tern::crash {

namespace wire = protocol::wire;

/// Reads commands on queues into the history. Without an answer nobody knows whether a command was executed.
class QueueNotes {
public:
    explicit QueueNotes(History& history) : history_(history) {}

    /// `reply` is null, or an answer without a refusal. Commands on other things are not looked at.
    void note(const wire::Request& request, const wire::Reply* reply, Span span);

    /// These may also be steps of a transaction. The names of the messages.
    std::vector<std::string> on_send(const wire::Send& send, const wire::SendResults* answer, Span span);
    std::vector<std::string> on_delete(const wire::Delete& remove, const wire::EntryResults* answer, Span span);

private:
    void on_create(const wire::CreateQueue& create, Span span);
    void on_set(const wire::SetQueue& set, Span span);
    void on_receive(const wire::Receive& receive, const wire::Messages& answer, Span span);
    void on_change(const wire::ChangeVisibility& change, const wire::EntryResults* answer, Span span);

    History& history_;
    /// Which message a receipt handle is for.
    std::map<std::string, std::string> handles_;
};

/// Empty when absent.
std::string text_of(const flatbuffers::String* text);
/// True when the answer says of this entry that it was refused.
bool refused(const wire::EntryResults* answer, flatbuffers::uoffset_t entry);

}  // namespace tern::crash
