#pragma once

#include "tern_generated.h"
#include "tests/crash/history.hpp"

namespace tern::crash {

namespace wire = protocol::wire;

/// Reads commands on topics, and what was pushed and read, into the history.
class TopicNotes {
public:
    explicit TopicNotes(History& history) : history_(history) {}

    /// `reply` is null, or an answer without a refusal. Commands on other things are not looked at.
    void note(const wire::Request& request, const wire::Reply* reply, Span span);
    /// What was sent without being asked for anew, by a subscription.
    void on_pushed(const wire::Subscribe& subscribe, const wire::Reply& push, Position at);

private:
    void on_publish(const wire::Publish& publish, const wire::PublishResults* answer, Span span);
    void on_shown(const std::string& topic, const wire::PushedPublication& publication, Position at);

    History& history_;
};

}  // namespace tern::crash
