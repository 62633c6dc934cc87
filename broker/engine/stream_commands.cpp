#include "broker/engine/stream_commands.hpp"

#include <algorithm>

#include "broker/engine/queue_commands.hpp"
#include "broker/engine/stream_removal.hpp"
#include "broker/engine/stream_retention.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine {

Answer create_stream(Batch& batch, const CreateStream& command) {
    if (!valid_namespace(command.stream.namespace_name)) return refuse(Errc::namespace_invalid);
    if (!valid_stream_name(command.stream.name)) return refuse(Errc::stream_name_invalid);
    StreamSettings settings;
    if (const auto errc = change(settings, command.settings, true); errc != Errc::ok) return refuse(errc);

    const auto existing = batch.streams.find(batch.transaction, command.stream);
    if (!existing.has_value() && existing.error() != Errc::stream_does_not_exist) return refuse(existing.error());
    if (existing.has_value()) {
        const auto difference = first_difference((*existing)->settings(), command.settings);
        if (!difference.empty()) return refuse(Errc::stream_exists, std::string(difference));
        return {Errc::ok, {}, StreamCreated{false}};
    }
    if (batch.streams.count(batch.transaction) >= batch.limits.streams_max) return refuse(Errc::too_many_streams);

    const auto& stream = batch.streams.add(batch.transaction, {command.stream, settings, batch.now, batch.now});
    batch.changed_streams.push_back(stream.row.stream);
    return {Errc::ok, {}, StreamCreated{true}};
}

Answer set_stream(Batch& batch, const SetStream& command) {
    const auto found = batch.streams.find(batch.transaction, command.stream);
    if (!found.has_value()) return refuse(found.error());
    auto& stream = **found;
    const auto before = stream.settings();
    auto settings = before;
    if (const auto errc = change(settings, command.settings, false); errc != Errc::ok) return refuse(errc);

    stream.row.settings = settings;
    stream.row.modified_at = batch.now;
    batch.streams.save_row(batch.transaction, stream);
    if (settings.partitions > before.partitions) {
        batch.streams.grow(batch.transaction, stream, before.partitions);
        batch.changed_streams.push_back(stream.row.stream);
    }
    if (settings.retention != before.retention || settings.retention_bytes != before.retention_bytes)
        stream_retention::reconsider(batch, stream);
    return done();
}

Answer delete_stream(Batch& batch, const DeleteStream& command) {
    const auto found = batch.streams.find(batch.transaction, command.stream);
    if (!found.has_value()) return refuse(found.error());
    auto& stream = **found;
    stream_removal::abandon(batch, stream.id);
    batch.changed_streams.push_back(stream.row.stream);
    batch.streams.remove(batch.transaction, stream);
    return done();
}

Answer truncate_stream(Batch& batch, const TruncateStream& command) {
    const auto stream = batch.streams.find(batch.transaction, command.stream);
    if (!stream.has_value()) return refuse(stream.error());
    const auto found = batch.streams.partition(batch.transaction, **stream, command.partition);
    if (!found.has_value()) return refuse(found.error());
    auto& partition = **found;
    const auto& row = partition.row;
    if (command.before > row.end_offset)
        return refuse(Errc::offset_out_of_range,
                      std::to_string(row.start_offset) + " to " + std::to_string(row.end_offset));

    stream_retention::truncate(batch, partition, command.before);
    return done();
}

Answer allocate_producer(Batch& batch) {
    return {Errc::ok, {}, ProducerAllocated{batch.streams.new_producer(batch.transaction), 0}};
}

}  // namespace tern::engine
