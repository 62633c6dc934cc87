#include <algorithm>
#include <utility>

#include "clients/cpp/source/coroutines.hpp"
#include "clients/cpp/source/stream_consumer_state.hpp"

/// A stream consumer fetches ahead: one fetch at a time, for all partitions that have room.
namespace tern::detail {

namespace asio = boost::asio;

bool StreamConsumerState::wants(const Source& source) const {
    return source.positioned && !source.paused && !source.stopped &&
           source.reader.buffered_bytes() <= options_.partition_bytes_max / 2;
}

/// What the next fetch asks for. Each begins with another partition, for the first ones are served first.
std::vector<FetchPosition> StreamConsumerState::wanted() {
    std::vector<FetchPosition> positions;
    asked_.clear();
    std::size_t buffered = 0;
    for (const auto& [partition, source] : sources_) buffered += source.reader.buffered_bytes();
    if (buffered >= options_.prefetch_bytes_max) return positions;
    for (const auto& [partition, source] : sources_) {
        if (!wants(source) || positions.size() == protocol::fetch_entries_max) continue;
        positions.push_back(
            {partition.stream, partition.partition, source.reader.fetch_offset(), options_.partition_bytes_max});
        asked_.push_back({partition, source.epoch});
    }
    if (positions.empty()) return positions;
    const auto first = static_cast<std::ptrdiff_t>(fetches_++ % positions.size());
    std::rotate(positions.begin(), positions.begin() + first, positions.end());
    std::rotate(asked_.begin(), asked_.begin() + first, asked_.end());
    return positions;
}

/// Something may be wanted that the fetch under way does not ask for.
void StreamConsumerState::refetch() {
    fetch_wake_.cancel();
    if (fetch_request_ == 0 || fetch_cancelled_) return;
    const bool missing = std::any_of(sources_.begin(), sources_.end(), [this](const auto& entry) {
        return wants(entry.second) && std::none_of(asked_.begin(), asked_.end(), [&entry](const Asked& asked) {
                   return asked.partition == entry.first && asked.epoch == entry.second.epoch;
               });
    });
    if (!missing) return;
    fetch_cancelled_ = true;
    session_->cancel(fetch_request_);
}

asio::awaitable<void> StreamConsumerState::fetch_ahead(StreamConsumerPointer) {
    while (!closing_ && !fatal_) {
        const auto positions = wanted();
        if (positions.empty()) {
            co_await fetch_wake_.async_wait(token);
            continue;
        }
        FetchOptions fetching;
        fetching.namespace_name = options_.namespace_name;
        fetching.wait = options_.fetch_wait;
        fetching.bytes_max =
            static_cast<std::uint32_t>(std::min<std::size_t>(options_.prefetch_bytes_max, fetching.bytes_max));
        auto operation = fetch(session_->next_id(), positions, fetching);
        fetch_request_ = operation.id;
        fetch_cancelled_ = false;
        auto fetched = co_await start(session_, std::move(operation), asio::use_awaitable);
        fetch_request_ = 0;
        if (fetched.has_value()) {
            on_fetched(std::move(*fetched));
            continue;
        }
        const auto error = fetched.error();
        on_error(error);
        if (!passes(error)) fail(error);
        const bool cancelled = error.status() == Status::cancelled || error.code() == ConnectionErrc::cancelled;
        if (cancelled || closing_ || fatal_) continue;
        fetch_pause_.expires_after(pause_after_an_error);
        co_await fetch_pause_.async_wait(token);
    }
    if (--running_ == 0) ended_.cancel();
}

void StreamConsumerState::on_fetched(std::vector<FetchedPartition>&& partitions) {
    for (std::size_t i = 0; i < partitions.size() && i < asked_.size(); ++i) {
        const auto found = sources_.find(asked_[i].partition);
        if (found == sources_.end() || found->second.epoch != asked_[i].epoch) continue;
        auto& [partition, source] = *found;
        auto& fetched = partitions[i];
        if (fetched.ok()) {
            source.reader.add(std::move(fetched.batches));
        } else if (fetched.status == Status::offset_out_of_range) {
            on_out_of_range(partition, source, fetched);
        } else {
            stop_source(source, Error(fetched.status, fetched.detail));
        }
    }
    deliver();
}

void StreamConsumerState::on_out_of_range(const StreamPartition& partition, Source& source,
                                          const FetchedPartition& fetched) {
    if (options_.start == StartPosition::fail) {
        return stop_source(
            source, Error(Status::offset_out_of_range, partition.stream + "/" + std::to_string(partition.partition) +
                                                           ": " + std::to_string(source.reader.fetch_offset()) +
                                                           " is not from " + std::to_string(fetched.start_offset) +
                                                           " to " + std::to_string(fetched.end_offset)));
    }
    begin_at(source, options_.start == StartPosition::earliest ? fetched.start_offset : fetched.end_offset);
}

void StreamConsumerState::begin_at(Source& source, std::uint64_t offset) {
    source.reader.seek(offset);
    source.positioned = true;
    source.stopped = false;
    ++source.epoch;
    if (!in_work_) source.processed = offset;
}

}  // namespace tern::detail
