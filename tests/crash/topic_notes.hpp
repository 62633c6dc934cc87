#pragma once

#include <map>
#include <string>

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
    void on_create(const wire::CreateTopic& create, Span span);
    void on_subscribe(const wire::Subscribe& subscribe, Span span);
    void on_acknowledge(const wire::Acknowledge& acknowledge, const wire::EntryResults* answer, Span span);
    void on_publish(const wire::Publish& publish, const wire::PublishResults* answer, Span span);
    void on_shown(const std::string& topic, const wire::PushedPublication& publication, Position at);

    History& history_;
    /// The names of publications by the handles that they were pushed with.
    std::map<std::string, std::string> handles_;
};

}  // namespace tern::crash
