#include <fmt/format.h>

#include <algorithm>

#include "broker/base/overloaded.hpp"
#include "tests/simulation/world.hpp"

/// What clients do: they send, receive, delete, change visibility, and hang up in the middle of it.
namespace tern::simulation {
namespace {

using std::chrono::seconds;

constexpr std::size_t requests_max = 40;
constexpr std::size_t messages_max = 60;

}  // namespace

void World::act() {
    if (requests_.size() >= requests_max) return;
    if (chance(50)) return stream_clients_.act();
    if (chance(40)) return topic_clients_.act();
    const auto dice = random_.below(1000);
    if (dice < 330) return send();
    if (dice < 680) return receive();
    if (dice < 860) return remove();
    if (dice < 940) return change();
    if (dice < 970) return hang_up();
    if (dice < 980)
        return submit({0, a_session(), MoveRequest{chance(50) ? "dead" : "dead.fifo"}, std::nullopt, false});
    if (dice < 983) {
        const auto queue = a_queue();
        if (queue == "jobs") return;
        submit({0, a_session(), PurgeRequest{queue}, std::nullopt, false});
    }
}

std::string World::a_queue() {
    const auto dice = random_.below(20);
    if (dice < 7) return "work";
    if (dice < 14) return "orders.fifo";
    if (dice < 18) return "jobs";
    return dice == 18 ? "dead" : "dead.fifo";
}

void World::submit(Request request) {
    request.number = next_request_++;
    note(fmt::format("session {} submits request {} (kind {})", request.session, request.number, request.body.index()));
    mailbox_.emplace_back(request.number);
    requests_.emplace(request.number, std::move(request));
}

void World::send() {
    // What is sent is bounded by what is taken away, so that a run stays small.
    if (stored().size() > messages_max) return;
    SendRequest request;
    if (!unknown_sends_.empty() && chance(50)) {
        const auto repeated = unknown_sends_.back();
        unknown_sends_.pop_back();
        request = {repeated.queue, {repeated}};
    } else {
        request.queue = chance(50) ? "work" : "orders.fifo";
        for (auto count = 1 + random_.below(3); count > 0; --count) {
            Send send{fmt::format("m{}", next_body_++), request.queue, {}, {}};
            if (request.queue == "orders.fifo") {
                send.group = fmt::format("g{}", random_.below(3));
                send.deduplication_id = chance(80) ? send.body : fmt::format("d{}", random_.below(4));
            }
            request.sends.push_back(send);
        }
    }
    for (const auto& each : request.sends) {
        note(fmt::format("send {} to {} group '{}' deduplication '{}'", each.body, each.queue, each.group,
                         each.deduplication_id));
        ledger_.attempt_send(each);
    }
    submit({0, a_session(), std::move(request), std::nullopt, false});
}

void World::receive() {
    ReceiveRequest request;
    request.queue = a_queue();
    request.messages_max = static_cast<std::int64_t>(1 + random_.below(10));
    request.visibility_timeout = chance(10) ? Milliseconds(0) : seconds(1 + random_.below(20));
    request.wait = chance(50) ? Milliseconds(0) : seconds(1 + random_.below(20));
    submit({0, a_session(), request, std::nullopt, false});
}

std::vector<Held> World::take_held(std::size_t count) {
    std::vector<Held> taken;
    const auto first = random_.below(held_.size());
    const auto queue = held_[first].place.queue;
    for (std::size_t i = first; i < held_.size() && taken.size() < count;) {
        if (held_[i].place.queue != queue) {
            ++i;
            continue;
        }
        taken.push_back(held_[i]);
        held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    for (const auto& each : taken) ledger_.attempt_delete(each.body);
    return taken;
}

void World::remove() {
    if (held_.empty()) return;
    auto messages = take_held(1 + random_.below(3));
    const auto queue = messages.front().place.queue;
    for (const auto& each : messages) note(fmt::format("delete {} of {}", each.body, queue));
    submit({0, a_session(), DeleteRequest{queue, std::move(messages)}, std::nullopt, false});
}

void World::change() {
    if (held_.empty()) return;
    const auto& message = held_[random_.below(held_.size())];
    const auto timeout = chance(40) ? Milliseconds(0) : Milliseconds(seconds(1 + random_.below(30)));
    note(fmt::format("change visibility of {} to {} ms", message.body, timeout.count()));
    ledger_.attempt_change(message.body);
    submit({0, a_session(), ChangeRequest{message, timeout}, std::nullopt, false});
}

/// The connection is gone: what was asked may be executed or not, and nobody reads the answers.
void World::hang_up() {
    auto& session = sessions_[random_.below(sessions_.size())];
    note(fmt::format("session {} hangs up", session));
    ++tally().hang_ups;
    for (auto& [number, request] : requests_) {
        if (request.session != session || request.orphaned) continue;
        request.orphaned = true;
        lose(request);
    }
    mailbox_.emplace_back(EndSession{session});
    session = next_session_++;
}

void World::lose(const Request& request) {
    if (const auto* stream = std::get_if<StreamRequest>(&request.body)) return stream_clients_.lost(*stream);
    if (const auto* topic = std::get_if<TopicRequest>(&request.body)) return topic_clients_.lost(*topic);
    const auto* send = std::get_if<SendRequest>(&request.body);
    if (send == nullptr) return;
    for (const auto& each : send->sends) {
        ledger_.lose_send(each);
        if (each.deduplication_id == each.body) unknown_sends_.push_back(each);
    }
}

/// The broker is gone: all connections are.
void World::forget_sessions() {
    for (const auto& [number, request] : requests_) {
        if (const auto* change = std::get_if<ChangeRequest>(&request.body)) ledger_.lose_change(change->message.body);
        if (!request.orphaned) lose(request);
    }
    requests_.clear();
    for (auto& session : sessions_) session = next_session_++;
}

engine::Command World::command_of(const Request& request) const {
    return std::visit(
        Overloaded{
            [](const SendRequest& r) -> engine::Command {
                engine::SendMessages send{named(r.queue), {}};
                for (const auto& each : r.sends) {
                    engine::NewMessage message;
                    message.body = each.body;
                    message.group_id = each.group;
                    if (!each.deduplication_id.empty()) message.deduplication_id = each.deduplication_id;
                    send.messages.push_back(message);
                }
                return send;
            },
            [](const ReceiveRequest& r) -> engine::Command {
                return engine::ReceiveMessages{named(r.queue), r.messages_max, r.visibility_timeout, r.wait, {}};
            },
            [](const DeleteRequest& r) -> engine::Command {
                engine::DeleteMessages remove{named(r.queue), {}};
                for (const auto& each : r.messages) remove.receipt_handles.push_back(each.handle);
                return remove;
            },
            [](const ChangeRequest& r) -> engine::Command {
                return engine::ChangeVisibility{named(r.message.place.queue),
                                                {{r.message.handle, r.visibility_timeout}}};
            },
            [](const PurgeRequest& r) -> engine::Command { return engine::PurgeQueue{named(r.queue)}; },
            [](const MoveRequest& r) -> engine::Command {
                return engine::StartMove{named(r.source), std::nullopt, std::nullopt};
            },
            [&](const StreamRequest& r) -> engine::Command { return stream_clients_.command_of(r); },
            [&](const TopicRequest& r) -> engine::Command { return topic_clients_.command_of(r); },
        },
        request.body);
}

}  // namespace tern::simulation
