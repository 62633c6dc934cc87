#include "tools/tern/streams/record_reader.hpp"

#include <algorithm>
#include <utility>

namespace tern::cli {

namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t fetch_bytes_max = 8u << 20;
constexpr std::uint32_t partition_bytes_min = 64u << 10;
constexpr std::uint32_t partition_bytes_max = 2u << 20;
// What is asked for is there, so that this ends at once, unless its commit is not durable yet.
constexpr milliseconds wait_for_durable{1'000};

}  // namespace

RecordReader::RecordReader(Fetch fetch, StreamName stream, const std::vector<OffsetRange>& ranges)
    : fetch_(std::move(fetch)),
      stream_(std::move(stream)) {
    for (const auto& range : ranges) cursors_.emplace_back(range);
}

std::optional<PlacedRecord> RecordReader::next() {
    leave_record();
    // The earliest is known when every partition shows its next one.
    while (!following_ && fetch_missing(wait_for_durable)) {
    }
    if (heads_.empty()) return std::nullopt;
    given_ = heads_.top().cursor;
    heads_.pop();
    const auto& cursor = cursors_[*given_];
    return PlacedRecord{cursor.partition(), cursor.head()};
}

void RecordReader::add(const OffsetRange& range) {
    cursors_.emplace_back(range);
    if (following_) cursors_.back().read_on();
}

void RecordReader::follow() {
    leave_record();
    following_ = true;
    for (auto& cursor : cursors_) cursor.read_on();
}

void RecordReader::wait_for_more(milliseconds wait) {
    leave_record();
    fetch_missing(wait);
}

std::vector<OffsetRange> RecordReader::positions() const {
    std::vector<OffsetRange> positions;
    for (const auto& cursor : cursors_) {
        const bool given = given_ && &cursor == &cursors_[*given_];
        positions.push_back({cursor.partition(), cursor.next_offset() + (given ? 1 : 0), 0});
    }
    return positions;
}

std::uint64_t RecordReader::missed() const {
    std::uint64_t missed = 0;
    for (const auto& cursor : cursors_) missed += cursor.missed();
    return missed;
}

bool RecordReader::fetch_missing(milliseconds wait) {
    std::vector<std::size_t> wanted;
    for (std::size_t index = 0; index < cursors_.size(); ++index) {
        if (cursors_[index].needs_fetch()) wanted.push_back(index);
    }
    if (wanted.empty()) return false;

    FetchOptions options;
    options.namespace_name = stream_.namespace_name;
    options.bytes_max = fetch_bytes_max;
    options.wait = wait;
    const auto share = fetch_bytes_max / static_cast<std::uint32_t>(wanted.size());
    std::vector<FetchPosition> positions;
    for (const auto index : wanted) {
        positions.push_back({stream_.name, cursors_[index].partition(), cursors_[index].next_offset(),
                             std::clamp(share, partition_bytes_min, partition_bytes_max)});
    }
    auto fetched = fetch_(positions, options);
    for (std::size_t index = 0; index < std::min(wanted.size(), fetched.size()); ++index) {
        cursors_[wanted[index]].take(std::move(fetched[index]));
        push_head(wanted[index]);
    }
    return true;
}

void RecordReader::push_head(std::size_t cursor) {
    const auto* head = cursors_[cursor].head();
    if (head != nullptr) heads_.push({head->timestamp_ms, cursor});
}

void RecordReader::leave_record() {
    if (!given_) return;
    cursors_[*given_].advance();
    push_head(*given_);
    given_.reset();
}

}  // namespace tern::cli
