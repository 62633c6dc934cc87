#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/stream_clients.hpp"

/// Those who append.
namespace tern::simulation {
namespace {

constexpr std::size_t batches_under_way_max = 3;
/// So that a run stays small: nothing is added to the streams beyond this, and partitions that hold more are truncated.
constexpr std::uint64_t stored_records_max = 90;
constexpr std::uint64_t records_max = 20;

}  // namespace

Produced StreamClients::make_batch(const LogPlace& place, std::size_t records, const protocol::ProducerStamp& stamp) {
    Produced batch{place, {}, {}, {}};
    protocol::BatchBuilder builder;
    builder.begin();
    for (std::size_t i = 0; i < records; ++i) {
        batch.values.push_back(next_value());
        // A value and what makes some records long: several blocks to a partition.
        const std::string padding(chance(5) ? 3'000 : 1, ' ');
        builder.add(1'700'000'000'000 + static_cast<std::int64_t>(around_.random.below(1'000)), batch.values.back(),
                    padding);
    }
    batch.bytes = Bytes(builder.finish(protocol::Compression::none, stamp));
    return batch;
}

void StreamClients::submit_append(const Produced& batch, std::size_t producer) {
    around_.note(fmt::format("append {} to {}/{}{}{}", batch.values.front(), batch.place.stream, batch.place.partition,
                             producer == no_producer ? "" : fmt::format(" by producer {}", producer),
                             batch.expected_offset ? fmt::format(" at {}", *batch.expected_offset) : ""));
    ledger_.attempt(batch);
    around_.submit(AppendRequest{batch, producer});
}

void StreamClients::produce() {
    if (ledger_.stored_records() > stored_records_max) return;
    if (chance(60)) return produce_stamped(around_.random.below(producers_.size()));
    if (chance(40)) return produce_at_end();
    const auto& place = places()[around_.random.below(places().size())];
    submit_append(make_batch(place, 1 + around_.random.below(3), {}), no_producer);
}

void StreamClients::produce_stamped(std::size_t number) {
    auto& producer = producers_[number];
    if (producer.repeats) return repeat(number);
    if (producer.under_way >= (producer.known ? batches_under_way_max : 1)) return;
    const auto records = 1 + around_.random.below(3);
    const protocol::ProducerStamp stamp{producer.id, 0, producer.next_sequence};
    producer.next_sequence += static_cast<std::int32_t>(records);
    producer.batches.push_back(make_batch(producer.place, records, stamp));
    ++producer.under_way;
    submit_append(producer.batches.back(), number);
}

/// All that was not acknowledged, in order, with the same stamps.
void StreamClients::repeat(std::size_t number) {
    auto& producer = producers_[number];
    if (producer.under_way > 0) return;
    producer.repeats = false;
    auto batches = producer.batches;
    if (!producer.known) batches.resize(1);
    producer.under_way = batches.size();
    for (const auto& batch : batches) submit_append(batch, number);
}

/// Compare and append: only where the partition ends as far as the client knows.
void StreamClients::produce_at_end() {
    const auto& place = places()[around_.random.below(places().size())];
    auto batch = make_batch(place, 1, {});
    batch.expected_offset = known_ends_[place];
    submit_append(batch, no_producer);
}

void StreamClients::appended(const AppendRequest& request, const engine::AppendResult* result) {
    const bool accepted = result != nullptr && result->status == Errc::ok;
    if (result != nullptr && (accepted || result->status == Errc::expected_offset_differs))
        known_ends_[request.batch.place] = result->end_offset;
    if (accepted)
        ledger_.acknowledge(request.batch, result->base_offset);
    else
        ledger_.refuse(request.batch);
    if (request.producer == no_producer) return;
    auto& producer = producers_[request.producer];
    --producer.under_way;
    const auto same = [&](const Produced& batch) { return batch.values == request.batch.values; };
    if (accepted)
        std::erase_if(producer.batches, same);
    else
        producer.repeats = true;
    if (result != nullptr && result->status == Errc::sequence_out_of_order && producer.batches.size() == 1 &&
        producer.under_way == 0 && same(producer.batches.front()))
        // Everything before it was acknowledged.
        throw Violation("lost record",
                        request.batch.values.front() + " is refused as if what it follows were not there");
}

void StreamClients::truncate() {
    const auto& place = places()[around_.random.below(places().size())];
    const auto snapshot = around_.snapshot();
    const auto found = engine::find_offsets(
        *snapshot, {{"", place.stream}, {place.partition}, engine::Position::latest, {}}, around_.durable_end());
    if (!found.has_value() || found->empty()) throw Violation("inconsistent", "the end of a partition is not found");
    const auto& range = found->front();
    if (range.end_offset - range.start_offset < records_max) return;
    // Not all that is there: the last record stays for those who look at it.
    const auto before = range.start_offset + around_.random.below(range.end_offset - range.start_offset);
    around_.note(fmt::format("truncate {}/{} before {}", place.stream, place.partition, before));
    ledger_.attempt_truncation(place, before);
    around_.submit(TruncateRequest{place, before});
}

void StreamClients::forward() {
    auto message = around_.take_held();
    if (!message) return;
    const auto& place = places()[around_.random.below(places().size())];
    ForwardRequest request{*message, make_batch(place, 1, {})};
    around_.note(fmt::format("forward {} as {} to {}/{}", message->body, request.record.values.front(), place.stream,
                             place.partition));
    ledger_.attempt(request.record);
    ledger_.attempt_forward(request);
    around_.submit(std::move(request));
}

}  // namespace tern::simulation
