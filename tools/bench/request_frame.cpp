#include "tools/bench/request_frame.hpp"

#include "protocol/limits.hpp"
#include "tools/bench/envelope.hpp"

namespace tern::bench {

namespace {

const wire::Request& request_in(std::string_view envelope) {
    return *wire::GetRequest(envelope.data());
}

}  // namespace

RequestFrame::RequestFrame(std::string_view envelope)
    : bytes_(with_length(envelope)),
      id_offset_(id_offset_in(envelope)) {}

DeleteFrame::DeleteFrame(const std::string& queue, std::size_t entries, std::size_t handle_bytes)
    : handle_bytes_(handle_bytes) {
    Builder builder;
    // Not shared strings: each entry needs bytes of its own to be patched.
    std::vector<flatbuffers::Offset<flatbuffers::String>> handles;
    for (std::size_t entry = 0; entry < entries; ++entry)
        handles.push_back(builder.CreateString(std::string(handle_bytes, '.')));
    const auto envelope =
        finish(builder, wire::CreateDelete(builder, 0, builder.CreateString(queue), builder.CreateVector(handles)));

    bytes_ = with_length(envelope);
    id_offset_ = id_offset_in(envelope);
    for (const auto* handle : *request_in(envelope).body_as_Delete()->receipt_handles())
        handle_offsets_.push_back(frame_offset(envelope, handle->c_str()));
}

RequestFrame hello_frame() {
    Builder builder;
    const auto client = builder.CreateString("tern-bench");
    const auto hello = wire::CreateHello(builder, protocol::version_min, protocol::version_max, client);
    return RequestFrame(finish(builder, hello));
}

RequestFrame create_queue_frame(const std::string& queue, std::size_t message_bytes_max) {
    Builder builder;
    wire::QueueSettingsBuilder settings(builder);
    settings.add_message_bytes_max(static_cast<std::int64_t>(message_bytes_max));
    const auto finished_settings = settings.Finish();
    const auto name = builder.CreateString(queue);
    return RequestFrame(finish(builder, wire::CreateCreateQueue(builder, 0, name, finished_settings)));
}

RequestFrame delete_queue_frame(const std::string& queue) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateDeleteQueue(builder, 0, builder.CreateString(queue))));
}

RequestFrame describe_queue_frame(const std::string& queue) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateDescribeQueue(builder, 0, builder.CreateString(queue))));
}

RequestFrame broker_status_frame() {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateBrokerStatus(builder)));
}

RequestFrame send_frame(const std::string& queue, SendShape shape) {
    Builder builder;
    std::string body(shape.body_bytes, ' ');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 26);
    std::vector<flatbuffers::Offset<wire::NewMessage>> messages;
    for (std::size_t i = 0; i < shape.messages; ++i) {
        const auto bytes = builder.CreateVector(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
        messages.push_back(wire::CreateNewMessage(builder, bytes));
    }
    const auto name = builder.CreateString(queue);
    return RequestFrame(finish(builder, wire::CreateSend(builder, 0, name, builder.CreateVector(messages))));
}

RequestFrame receive_frame(const std::string& queue, std::uint32_t messages_max) {
    Builder builder;
    const auto name = builder.CreateString(queue);
    return RequestFrame(finish(builder, wire::CreateReceive(builder, 0, name, messages_max)));
}

}  // namespace tern::bench
