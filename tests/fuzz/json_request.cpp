#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>

#include "broker/base/utf8.hpp"
#include "broker/frontends/json/json_reader.hpp"
#include "broker/frontends/websocket/json_codec.hpp"

/// What a client may send as a line of the JSON protocol: whatever is executed is JSON, all that a request points to
/// is there, and a refusal is itself JSON on one line.
namespace {

using namespace tern;

/// Looks at every byte that a view shows.
std::size_t looked_at = 0;
void look_at(std::string_view bytes) {
    for (const char c : bytes) looked_at += static_cast<unsigned char>(c);
}

void look_at(const engine::SendMessages& command) {
    for (const auto& message : command.messages) {
        look_at(message.body);
        look_at(message.group_id);
        if (message.deduplication_id) look_at(*message.deduplication_id);
        for (const auto& attribute : message.attributes) {
            look_at(attribute.name);
            look_at(attribute.type);
            look_at(attribute.value);
        }
    }
}

void look_at_command(const engine::Command& command) {
    if (const auto* send = std::get_if<engine::SendMessages>(&command)) look_at(*send);
    if (const auto* remove = std::get_if<engine::DeleteMessages>(&command)) {
        for (const auto& handle : remove->receipt_handles) look_at(handle);
    }
    if (const auto* later = std::get_if<engine::ChangeVisibility>(&command)) {
        for (const auto& change : later->changes) look_at(change.receipt_handle);
    }
    if (const auto* append = std::get_if<engine::Append>(&command)) {
        for (const auto& batch : append->batches) look_at(batch.bytes);
    }
}

void look_at_demand(const native::Demand& demand) {
    if (const auto* command = std::get_if<engine::Command>(&demand)) look_at_command(*command);
    if (const auto* done = std::get_if<native::Acknowledge>(&demand)) {
        for (const auto& handle : done->handles) look_at(handle);
    }
    if (const auto* again = std::get_if<native::Reject>(&demand)) {
        for (const auto& handle : again->handles) look_at(handle);
    }
}

void check_refusal(std::uint64_t request, const native::Refusal& refusal) {
    websocket::JsonWriter writer;
    std::string line;
    writer.refuse({request, line}, refusal.status, refusal.detail);
    if (line.empty()) return;
    if (!line.ends_with('\n') || line.find('\n') != line.size() - 1) std::abort();
    if (!json::is_json(line) || !valid_utf8(line)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    // The WebSocket's reader lets nothing else through, and lines are cut before.
    if (!valid_utf8(text) || text.find('\n') != std::string_view::npos) return 0;

    protocol::FrameBytes line{std::make_unique<char[]>(size), size};
    if (size > 0) std::memcpy(line.bytes.get(), bytes, size);
    const auto asked = websocket::read_json_request(line, Timestamp(0));
    if (!asked) return 0;
    const auto* const refusal = std::get_if<native::Refusal>(&asked->demand);
    // What is nested too deep is not read to its end, and refused.
    if (!json::is_json(text) && !refusal) std::abort();
    look_at_demand(asked->demand);
    if (refusal) check_refusal(asked->id, *refusal);
    return 0;
}
