#pragma once

#include <string>
#include <vector>

#include "broker/frontends/native/reply_writer.hpp"

namespace tern::native {

/// A wire form for tests: a line of text for each message, begun by the request's id.
class TextWriter final : public ReplyWriter {
public:
    /// Messages that are longer are refused.
    std::size_t message_bytes_max = 1u << 20;

    void refuse(ReplyTo to, Errc status, std::string_view detail) override {
        line(to, "refused " + std::string(protocol::name_of(status)) + in_brackets(detail));
    }
    Errc write(ReplyTo to, const engine::Answer& answer) override {
        return line(to, "answer " + std::string(protocol::name_of(answer.status)));
    }
    void write(ReplyTo to, const Welcome&) override { line(to, "welcome"); }
    Errc write(ReplyTo to, const engine::QueueDescription&, const std::vector<std::string>&) override {
        return line(to, "queue");
    }
    Errc write(ReplyTo to, const engine::QueuePage&) override { return line(to, "queues"); }
    Errc write(ReplyTo to, const engine::NamePage&) override { return line(to, "names"); }
    Errc write(ReplyTo to, const engine::Messages&) override { return line(to, "messages"); }
    Errc write(ReplyTo to, const std::vector<engine::MoveTaskDescription>&) override { return line(to, "moves"); }
    void write(ReplyTo to, const StatusReport&) override { line(to, "status"); }
    Errc write(ReplyTo to, const engine::StreamDescription&) override { return line(to, "stream"); }
    Errc write(ReplyTo to, const engine::StreamPage&) override { return line(to, "streams"); }
    Errc write(ReplyTo to, const std::vector<engine::FoundOffset>&) override { return line(to, "found"); }
    Errc write(ReplyTo to, const engine::OffsetPage&) override { return line(to, "committed"); }
    Errc write(ReplyTo to, const engine::GroupPage&) override { return line(to, "groups"); }
    Errc write(ReplyTo to, const engine::GroupDescription&) override { return line(to, "group"); }
    Errc write(std::uint64_t request, const Fetch&, engine::Fetched&&, Outbox& outbox) override {
        outbox.begin_message();
        return line({request, outbox.end()}, "fetched");
    }
    Errc write(ReplyTo to, const TopicReport&) override { return line(to, "topic"); }
    Errc write(ReplyTo to, const TopicListing&) override { return line(to, "topics"); }
    Errc write(ReplyTo to, const engine::SubscriptionPage&) override { return line(to, "subscriptions"); }
    Errc write(ReplyTo to, const PresenceReport&) override { return line(to, "presence"); }
    Errc write(ReplyTo to, const History& history) override {
        std::string text = "history";
        for (const auto& one : history.publications) text += " @" + std::to_string(*one.offset);
        return line(to, text + " next " + std::to_string(history.next_offset) + (history.more ? " more" : ""));
    }
    Errc write(ReplyTo to, const Subscribed& subscribed) override {
        std::string text = "subscribed " + std::string(subscribed.topic) + " @" + std::to_string(subscribed.offset);
        if (!subscribed.recovered) text += " not recovered";
        if (subscribed.members) text += " with" + names_of(*subscribed.members);
        return line(to, text);
    }
    Errc write(ReplyTo to, std::span<const PushedPublication> publications) override {
        std::string text;
        for (const auto& one : publications) {
            text += std::to_string(to.request) + " pub " + one.publication->subject;
            if (one.offset) text += " @" + std::to_string(*one.offset);
            if (one.retained) text += " retained";
            if (!one.handle.empty()) text += " " + std::string(one.handle) + " x" + std::to_string(one.delivery);
            text += one.publication->data.size() > 20 ? "\n" : " " + one.publication->data + "\n";
            if (one.publication->data.size() > message_bytes_max) return Errc::answer_too_large;
            if (one.publication->data.size() > 20) text.insert(text.size() - 1, padding(*one.publication));
        }
        if (text.size() > message_bytes_max) return Errc::answer_too_large;
        to.bytes += text;
        ++publications_written;
        return Errc::ok;
    }
    Errc write(ReplyTo to, const PublicationGap& gap) override {
        return line(to, "gap " + std::to_string(gap.from_offset) + " to " + std::to_string(gap.to_offset) +
                            " dropped " + std::to_string(gap.dropped));
    }
    Errc write(ReplyTo to, const runtime::PresenceChange& change) override {
        std::string left;
        for (const auto& name : change.left) left += " -" + name;
        return line(to, "members" + names_of(change.joined) + left + names_of(change.updated, " ~"));
    }
    Errc write(ReplyTo to, const SubscriptionEnded& ended) override {
        return line(to, "ended " + std::string(protocol::name_of(ended.status)) + in_brackets(ended.detail));
    }
    void write_backup_done(ReplyTo to, std::uint64_t) override { line(to, "backup"); }

    /// How often publications were rendered.
    int publications_written = 0;

private:
    /// Long data is shown by as many dots.
    static std::string padding(const engine::Publication& publication) {
        return " " + std::string(publication.data.size(), '.');
    }
    static std::string in_brackets(std::string_view detail) {
        return detail.empty() ? std::string() : " (" + std::string(detail) + ")";
    }
    static std::string names_of(const std::vector<runtime::PresenceMember>& members, const char* sign = " +") {
        std::string text;
        for (const auto& member : members) {
            text += sign + member.member;
            if (!member.state.empty()) text += "=" + member.state;
            if (member.connections != 1) text += "x" + std::to_string(member.connections);
        }
        return text;
    }
    Errc line(ReplyTo to, const std::string& text) {
        to.bytes += std::to_string(to.request) + " " + text + "\n";
        return Errc::ok;
    }
};

}  // namespace tern::native
