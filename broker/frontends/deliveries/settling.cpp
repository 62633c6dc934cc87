#include "broker/frontends/deliveries/settling.hpp"

#include <utility>

#include "broker/frontends/aws/frame_arena.hpp"

namespace tern::deliveries {
namespace {

Settlement settlement(engine::Command&& command, aws::FrameArena&& arena) {
    const auto bytes = arena.bytes();
    return {std::move(command), arena.take(), bytes};
}

std::size_t bytes_of(const Outgoing::DeadLetter& letter) {
    auto bytes = letter.body.size() + letter.group_id.size() + letter.deduplication_id.size();
    for (const auto& attribute : letter.attributes)
        bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
    return bytes;
}

engine::NewMessage message_of(const Outgoing::DeadLetter& letter, aws::FrameArena& arena) {
    engine::NewMessage message;
    message.body = arena.keep(letter.body);
    for (const auto& attribute : letter.attributes)
        message.attributes.push_back(
            {arena.keep(attribute.name), arena.keep(attribute.type), arena.keep(attribute.value)});
    message.group_id = arena.keep(letter.group_id);
    if (!letter.deduplication_id.empty()) message.deduplication_id = arena.keep(letter.deduplication_id);
    return message;
}

}  // namespace

Settlement delete_message(const engine::QueueName& queue, std::string_view handle) {
    aws::FrameArena arena(handle.size());
    engine::DeleteMessages command{queue, {arena.keep(handle)}};
    return settlement(std::move(command), std::move(arena));
}

Settlement try_again_in(Milliseconds delay, const engine::QueueName& queue, std::string_view handle) {
    aws::FrameArena arena(handle.size());
    engine::ChangeVisibility command{queue, {{arena.keep(handle), delay}}};
    return settlement(std::move(command), std::move(arena));
}

Settlement bury(const engine::QueueName& dead_letter_queue, const Outgoing::DeadLetter& letter,
                const engine::QueueName& queue, std::string_view handle) {
    aws::FrameArena arena(handle.size() + bytes_of(letter));
    engine::Transact command;
    command.deletes.push_back({queue, {arena.keep(handle)}});
    command.sends.push_back({dead_letter_queue, {message_of(letter, arena)}});
    return settlement(std::move(command), std::move(arena));
}

}  // namespace tern::deliveries
