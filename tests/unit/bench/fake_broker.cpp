#include "tests/unit/bench/fake_broker.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "protocol/limits.hpp"
#include "protocol/status.hpp"
#include "tests/unit/bench/fake_reply.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

bool read_all(int socket, char* to, std::size_t bytes) {
    return recv(socket, to, bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes);
}

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

FakeBroker::FakeBroker(Faults faults)
    : faults_(faults),
      streams_(faults.streams),
      listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    listen(listener_, 128);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

FakeBroker::~FakeBroker() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    streams_.stop();
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    for (auto& session : sessions_) session.join();
    for (const int socket : sockets_) close(socket);
    close(listener_);
}

std::uint64_t FakeBroker::queues() const {
    const std::lock_guard lock(mutex_);
    return queues_.size();
}

std::uint64_t FakeBroker::visible() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t visible = 0;
    for (const auto& [name, queue] : queues_) visible += queue.visible.size();
    return visible;
}

void FakeBroker::accept_all() {
    for (int socket = 0; (socket = accept(listener_, nullptr, nullptr)) >= 0;) {
        sockets_.push_back(socket);
        sessions_.emplace_back([this, socket] { serve(socket); });
    }
}

void FakeBroker::serve(int socket) {
    std::uint32_t length = 0;
    while (read_all(socket, reinterpret_cast<char*>(&length), sizeof length)) {
        std::vector<std::uint64_t> frame(length / sizeof(std::uint64_t) + 1);
        auto* const bytes = reinterpret_cast<char*>(frame.data());
        if (!read_all(socket, bytes, length)) return;
        flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes), length);
        if (!wire::VerifyRequestBuffer(verifier)) return;
        const auto reply = answer(*wire::GetRequest(bytes));
        if (::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(reply.size())) return;
    }
}

std::string FakeBroker::answer(const wire::Request& request) {
    if (const auto reply = streams_.answer(request)) return *reply;
    const std::lock_guard lock(mutex_);
    const auto id = request.id();
    Builder builder;
    if (request.body_as_Hello() != nullptr) return reply_frame(builder, id, wire::CreateWelcome(builder, 1));
    if (request.body_as_BrokerStatus() != nullptr) return status(id);
    if (const auto* description = request.body_as_DescribeQueue()) return describe(id, *description);
    ++commands_;
    if (const auto* create = request.body_as_CreateQueue()) {
        queues_[create->name()->str()];
        return reply_frame(builder, id, wire::CreateQueueCreated(builder, true));
    }
    if (const auto* queue = request.body_as_DeleteQueue()) {
        queues_.erase(queue->name()->str());
        return reply_frame(builder, id, wire::CreateDone(builder));
    }
    if (const auto* messages = request.body_as_Send()) return send(id, *messages);
    if (const auto* wanted = request.body_as_Receive()) return receive(id, *wanted);
    if (const auto* handles = request.body_as_Delete()) return remove(id, *handles);
    return reply_frame(builder, id, wire::CreateDone(builder));
}

std::string FakeBroker::send(std::uint64_t id, const wire::Send& request) {
    Builder builder;
    std::vector<flatbuffers::Offset<wire::SendResult>> results;
    for (const auto* message : *request.messages()) {
        const bool last = results.size() + 1 == request.messages()->size();
        const auto status = last && faults_.refuse_last_entry ? protocol::Status::overloaded : protocol::Status::ok;
        results.push_back(wire::CreateSendResult(builder, static_cast<std::uint16_t>(status)));
        queues_[request.queue()->str()].visible.push_back(message->body()->size());
    }
    return reply_frame(builder, id, wire::CreateSendResults(builder, builder.CreateVector(results)));
}

std::string FakeBroker::receive(std::uint64_t id, const wire::Receive& request) {
    Builder builder;
    auto& queue = queues_[request.queue()->str()];
    std::vector<flatbuffers::Offset<wire::ReceivedMessage>> messages;
    while (!queue.visible.empty() && messages.size() < request.messages_max()) {
        const auto handle = fmt::format("handle-{:012}-{:03}", commands_, messages.size());
        const auto size = queue.visible.front();
        queue.in_flight[handle] = size;
        queue.visible.pop_front();
        const auto wire_handle = builder.CreateString(handle);
        const auto body = builder.CreateVector(std::vector<std::uint8_t>(size - (faults_.cut_bodies ? 1 : 0), 'x'));
        wire::ReceivedMessageBuilder message(builder);
        message.add_receipt_handle(wire_handle);
        message.add_body(body);
        messages.push_back(message.Finish());
    }
    return reply_frame(builder, id, wire::CreateMessages(builder, builder.CreateVector(messages)));
}

std::string FakeBroker::remove(std::uint64_t id, const wire::Delete& request) {
    Builder builder;
    auto& queue = queues_[request.queue()->str()];
    std::vector<flatbuffers::Offset<wire::EntryResult>> results;
    for (const auto* handle : *request.receipt_handles()) {
        const bool there = queue.in_flight.count(handle->str()) == 1;
        if (!faults_.ignore_deletes) queue.in_flight.erase(handle->str());
        const auto status = there ? protocol::Status::ok : protocol::Status::receipt_handle_invalid;
        results.push_back(wire::CreateEntryResult(builder, static_cast<std::uint16_t>(status)));
    }
    if (faults_.forget_one_result) results.pop_back();
    return reply_frame(builder, id, wire::CreateEntryResults(builder, builder.CreateVector(results)));
}

std::string FakeBroker::describe(std::uint64_t id, const wire::DescribeQueue& request) {
    Builder builder;
    const auto& queue = queues_[request.name()->str()];
    const auto counts = wire::CreateQueueCounts(builder, queue.visible.size(), queue.in_flight.size());
    wire::QueueDescriptionBuilder description(builder);
    description.add_counts(counts);
    return reply_frame(builder, id, description.Finish());
}

std::string FakeBroker::status(std::uint64_t id) {
    Builder builder;
    const auto version = builder.CreateString("fake");
    wire::BrokerStatusReportBuilder report(builder);
    report.add_version(version);
    report.add_now(now_ms());
    // One commit for every four commands, so that figures made of both can be told apart.
    const auto commands = commands_ + streams_.commands();
    report.add_commits_total(commands / 4);
    report.add_commands_total(commands);
    report.add_rss_anonymous_bytes(1 << 20);
    report.add_cpu_seconds(1);
    return reply_frame(builder, id, report.Finish());
}

}  // namespace tern::bench
