#include "tests/crash/wire_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace tern::crash {
namespace {

constexpr std::uint32_t tables_max = 100'000;

template <class Root>
const Root* verified(std::string_view frame, const char* what) {
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size(), 64, tables_max);
    if (!verifier.VerifyBuffer<Root>(nullptr)) throw std::runtime_error(std::string("not a ") + what);
    return flatbuffers::GetRoot<Root>(frame.data());
}

}  // namespace

const wire::Reply* verified_reply(std::string_view frame) {
    return verified<wire::Reply>(frame, "reply");
}
const wire::Request* verified_request(std::string_view frame) {
    return verified<wire::Request>(frame, "request");
}

ReplyFrame::ReplyFrame(protocol::FrameBytes&& frame)
    : frame_(std::move(frame)),
      reply_(verified_reply(frame_.view())) {}

WireClient::WireClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(descriptor_);
        throw ConnectionLost("cannot connect");
    }
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    try {
        detail::Builder builder;
        request(builder, wire::CreateHelloDirect(builder, protocol::version_min, protocol::version_max, "crash test"));
        if (await()->status() != 0) throw ConnectionLost("the hello was refused");
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

WireClient::~WireClient() {
    ::close(descriptor_);
}

template <class Body>
std::uint64_t WireClient::request(detail::Builder& builder, flatbuffers::Offset<Body> body) {
    const auto id = ++last_request_;
    write(detail::frame_of(builder, id, body));
    return id;
}

void WireClient::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written <= 0) throw ConnectionLost("the connection ended while writing");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

ReplyFrame WireClient::await() {
    for (;;) {
        if (auto frame = reader_.next()) return ReplyFrame(std::move(*frame));
        const auto space = reader_.space();
        const auto read = ::recv(descriptor_, space.bytes, space.size, 0);
        if (read <= 0) throw ConnectionLost("the connection ended");
        reader_.arrived(static_cast<std::size_t>(read));
    }
}

std::uint64_t WireClient::create_queue(const std::string& name, const QueueTraits& traits) {
    detail::Builder builder;
    wire::QueueSettingsBuilder settings(builder);
    if (traits.fifo) settings.add_fifo(true);
    settings.add_visibility_timeout_ms(traits.visibility_ms);
    settings.add_message_bytes_max(traits.message_bytes_max);
    const auto made = settings.Finish();
    return request(builder, wire::CreateCreateQueue(builder, 0, builder.CreateString(name), made));
}

std::uint64_t WireClient::set_visibility(const std::string& queue, std::int64_t visibility_ms) {
    detail::Builder builder;
    wire::QueueSettingsBuilder settings(builder);
    settings.add_visibility_timeout_ms(visibility_ms);
    const auto made = settings.Finish();
    return request(builder, wire::CreateSetQueue(builder, 0, builder.CreateString(queue), made));
}

std::uint64_t WireClient::delete_queue(const std::string& name) {
    detail::Builder builder;
    return request(builder, wire::CreateDeleteQueue(builder, 0, builder.CreateString(name)));
}

std::uint64_t WireClient::purge(const std::string& queue) {
    detail::Builder builder;
    return request(builder, wire::CreatePurgeQueue(builder, 0, builder.CreateString(queue)));
}

std::uint64_t WireClient::send(const std::string& queue, const std::vector<TestMessage>& messages) {
    detail::Builder builder;
    std::vector<flatbuffers::Offset<wire::NewMessage>> entries;
    for (const auto& message : messages) {
        const auto body = detail::binary(builder, message.body);
        const auto group = detail::text(builder, message.group);
        const auto key = message.body.substr(0, message.body.find('|'));
        const auto deduplication = message.group.empty() ? detail::Text() : builder.CreateString(key);
        wire::NewMessageBuilder entry(builder);
        entry.add_body(body);
        entry.add_group_id(group);
        entry.add_deduplication_id(deduplication);
        entry.add_delay_ms(message.delay_ms);
        entries.push_back(entry.Finish());
    }
    const auto vector = builder.CreateVector(entries);
    return request(builder, wire::CreateSend(builder, 0, builder.CreateString(queue), vector));
}

std::uint64_t WireClient::receive(const TestReceive& receive) {
    detail::Builder builder;
    const auto queue = builder.CreateString(receive.queue);
    return request(
        builder, wire::CreateReceive(builder, 0, queue, receive.messages_max, receive.visibility_ms, receive.wait_ms));
}

std::uint64_t WireClient::remove(const std::string& queue, const std::vector<std::string>& receipt_handles) {
    detail::Builder builder;
    const auto handles = builder.CreateVectorOfStrings(receipt_handles);
    return request(builder, wire::CreateDelete(builder, 0, builder.CreateString(queue), handles));
}

std::uint64_t WireClient::change_visibility(const std::string& queue, const std::vector<TestVisibility>& changes) {
    detail::Builder builder;
    std::vector<flatbuffers::Offset<wire::VisibilityChange>> entries;
    for (const auto& change : changes) {
        const auto handle = builder.CreateString(change.receipt_handle);
        entries.push_back(wire::CreateVisibilityChange(builder, handle, change.visibility_ms));
    }
    const auto vector = builder.CreateVector(entries);
    return request(builder, wire::CreateChangeVisibility(builder, 0, builder.CreateString(queue), vector));
}

}  // namespace tern::crash
