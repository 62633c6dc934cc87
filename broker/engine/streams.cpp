#include "broker/engine/streams.hpp"

#include <algorithm>

#include "broker/base/check.hpp"
#include "broker/engine/catalog_lookup.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

constexpr BytesView next_stream_row = "next stream";
constexpr BytesView next_producer_row = "next producer";

template <class T>
T read_number(const store::ReadTransaction& transaction, BytesView row, T otherwise) {
    const auto stored = transaction.get(Table::meta, row);
    return stored ? load_little<T>(stored.bytes().data()) : otherwise;
}

template <class T>
void write_number(store::WriteTransaction& transaction, BytesView row, T number) {
    transaction.put(Table::meta, row, {reinterpret_cast<const char*>(&number), sizeof number});
}

std::optional<std::uint32_t> stream_id_of(const store::ReadTransaction& transaction, const StreamName& name) {
    // Hidden namespaces are not looked into by name.
    if (!valid_namespace(name.namespace_name)) return std::nullopt;
    return find_in_catalog(transaction, keys::CatalogKind::stream, name);
}

void write(store::WriteTransaction& transaction, const Partition& partition) {
    transaction.put(Table::stream_partitions, keys::partition(partition.id.stream, partition.id.partition).view(),
                    encode(partition.row));
}

}  // namespace

Result<Stream> read_stream(const store::ReadTransaction& transaction, std::uint32_t id) {
    const auto stored = transaction.get(Table::streams, keys::stream(id).view());
    if (stored.absent()) return Errc::stream_does_not_exist;
    if (stored.damaged()) return Errc::storage_damaged;
    auto row = decode_stream_row(stored.bytes());
    if (!row) return Errc::storage_damaged;
    return Stream{id, std::move(*row), {}};
}

Result<Stream> read_stream(const store::ReadTransaction& transaction, const StreamName& name) {
    const auto id = stream_id_of(transaction, name);
    if (!id) return Errc::stream_does_not_exist;
    return read_stream(transaction, *id);
}

Result<PartitionRow> read_partition(const store::ReadTransaction& transaction, const Stream& stream,
                                    std::uint32_t number) {
    if (number >= stream.settings().partitions) return Errc::partition_does_not_exist;
    const auto stored = transaction.get(Table::stream_partitions, keys::partition(stream.id, number).view());
    if (!stored) return Errc::storage_damaged;
    return decode_partition_row(stored.bytes());
}

Result<Stream*> Streams::find(const store::ReadTransaction& transaction, const StreamName& name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second;
    auto read = read_stream(transaction, name);
    if (!read.has_value()) return read.error();
    return &keep(std::move(*read));
}

Stream* Streams::find(const store::ReadTransaction& transaction, std::uint32_t id) {
    if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second.get();
    auto read = read_stream(transaction, id);
    if (!read.has_value()) return nullptr;
    return &keep(std::move(*read));
}

Stream& Streams::keep(Stream&& read) {
    auto kept = std::make_unique<Stream>(std::move(read));
    kept->partitions.resize(kept->settings().partitions);
    auto* stream = kept.get();
    by_id_[stream->id] = std::move(kept);
    if (!hidden_names::is_hidden(stream->row.stream)) by_name_[stream->row.stream] = stream;
    return *stream;
}

Result<Partition*> Streams::partition(const store::ReadTransaction& transaction, Stream& stream, std::uint32_t number) {
    if (number < stream.partitions.size() && stream.partitions[number]) return stream.partitions[number].get();
    const auto row = read_partition(transaction, stream, number);
    if (!row.has_value()) return row.error();
    auto kept = std::make_unique<Partition>();
    kept->id = {stream.id, number};
    kept->row = *row;
    stream.partitions[number] = std::move(kept);
    return stream.partitions[number].get();
}

Stream& Streams::add(store::WriteTransaction& transaction, StreamRow row) {
    const auto id = read_number<std::uint32_t>(transaction, next_stream_row, 1);
    TERN_CHECK(id + 1 != 0);
    write_number(transaction, next_stream_row, id + 1);
    auto& stream = keep({id, std::move(row), {}});
    transaction.put(Table::catalog, keys::catalog(keys::CatalogKind::stream, stream.row.stream).view(),
                    {reinterpret_cast<const char*>(&stream.id), sizeof stream.id});
    save_row(transaction, stream);
    hidden_counts::note(transaction, hidden_counts::streams_row, stream.row.stream, 1);
    grow(transaction, stream, 0);
    return stream;
}

void Streams::grow(store::WriteTransaction& transaction, Stream& stream, std::uint32_t from) {
    for (auto number = from; number < stream.settings().partitions; ++number)
        transaction.put(Table::stream_partitions, keys::partition(stream.id, number).view(), encode(PartitionRow{}));
    stream.partitions.resize(stream.settings().partitions);
}

void Streams::remove(store::WriteTransaction& transaction, Stream& stream) {
    transaction.erase(Table::catalog, keys::catalog(keys::CatalogKind::stream, stream.row.stream).view());
    transaction.erase(Table::streams, keys::stream(stream.id).view());
    // The removal reads them: they lead to the agenda.
    const auto of_stream = [&](const Partition* partition) { return partition->id.stream == stream.id; };
    for (const auto* partition : dirty_)
        if (of_stream(partition)) write(transaction, *partition);
    std::erase_if(dirty_, of_stream);
    hidden_counts::note(transaction, hidden_counts::streams_row, stream.row.stream, -1);
    by_name_.erase(stream.row.stream);
    by_id_.erase(stream.id);
}

void Streams::save_row(store::WriteTransaction& transaction, const Stream& stream) {
    transaction.put(Table::streams, keys::stream(stream.id).view(), encode(stream.row));
}

void Streams::touch(Partition& partition) {
    if (partition.dirty) return;
    partition.dirty = true;
    partition.end_before = partition.row.end_offset;
    dirty_.push_back(&partition);
}

const std::vector<Partition*>& Streams::touched() {
    // In the order of the keys, so that neighbours are written to a page one after the other.
    std::sort(dirty_.begin(), dirty_.end(), [](const Partition* a, const Partition* b) { return a->id < b->id; });
    return dirty_;
}

void Streams::write_back(store::WriteTransaction& transaction) {
    for (auto* partition : touched()) {
        transaction.put(Table::stream_partitions, keys::partition(partition->id.stream, partition->id.partition).view(),
                        encode(partition->row));
        partition->dirty = false;
    }
    dirty_.clear();
}

std::int64_t Streams::new_producer(store::WriteTransaction& transaction) {
    const auto producer = next_producer_.value_or(read_number<std::int64_t>(transaction, next_producer_row, 1));
    next_producer_ = producer + 1;
    write_number(transaction, next_producer_row, *next_producer_);
    return producer;
}

bool Streams::gave_out(const store::ReadTransaction& transaction, std::int64_t producer) {
    if (!next_producer_) next_producer_ = read_number<std::int64_t>(transaction, next_producer_row, 1);
    return producer >= 1 && producer < *next_producer_;
}

}  // namespace tern::engine
