#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/stream_history.hpp"
#include "tests/crash/test_batches.hpp"

namespace tern::crash {

/// What was found about streams, groups and transactions.
struct StreamBalance {
    std::size_t attempts = 0;
    std::size_t acknowledged = 0;
    /// Records that were sent again, since their answer was lost with the connection.
    std::size_t sent_again = 0;
    /// Records that consumers were shown, each time counted.
    std::size_t shown = 0;
    std::size_t committed = 0;
    /// Sources of which transactions made something.
    std::size_t made = 0;
    /// An acknowledged record that is not there in the end, or a source of which nothing was made.
    std::size_t lost = 0;
    /// A record that is there twice, or a source of which two things were made.
    std::size_t repeated = 0;
    /// Never appended, or not as it was.
    std::size_t unexpected = 0;
    /// Offsets with a gap, or a producer's records of a partition in another order than it appended them.
    std::size_t disordered = 0;
    /// A fetch has shown it, and later another record, or none, was there.
    std::size_t vanished = 0;
    /// A committed offset was told that is lower than one that was acknowledged before.
    std::size_t went_back = 0;

    bool sound() const { return lost + repeated + unexpected + disordered + vanished + went_back == 0; }
};

/// What producers and consumers asked for and were told, across all restarts. Used by many threads.
class StreamLedger {
public:
    /// A new record's value: "lane:number|filler". A lane is what one producer appends to one partition: it sends each
    /// record again until it is acknowledged, so that in the end all of them must be there, in order.
    std::string new_record(const std::string& lane, std::size_t filler_bytes);
    void acknowledged(std::string_view value);
    void sent_again(std::size_t records);
    /// Of a fetch's answer.
    void shown(const PartitionKey& partition, const std::vector<ReadRecord>& records);

    void commit_acknowledged(const OffsetKey& key, std::uint64_t offset);
    /// What the broker may tell at least, if it is asked from now on.
    std::uint64_t least(const OffsetKey& key) const;
    void told(const OffsetKey& key, std::uint64_t least, std::uint64_t offset);

    /// In the end: all that is in a partition.
    void found(const PartitionKey& partition, const std::vector<ReadRecord>& records);
    /// In the end: all that transactions made must be of one source each; of each source in `must` one thing, of each
    /// in `may` one at most. Sources are named by what stands before the first '|'.
    void made(const std::set<std::string>& must, const std::set<std::string>& may,
              const std::vector<std::string>& results);

    /// After all has been found.
    StreamBalance balance() const;
    std::vector<std::string> findings() const;

private:
    /// Of whole values only a fingerprint is kept: there may be a million.
    struct Record {
        std::size_t fingerprint = 0;
        bool acknowledged = false;
        bool found = false;
    };

    struct Shown {
        std::string name;
        std::size_t fingerprint = 0;
    };

    void finding(std::size_t& counter, std::string sentence);
    void check_shown(const PartitionKey& partition, const std::vector<ReadRecord>& records);

    mutable std::mutex mutex_;
    /// By name, and how many there are of each lane.
    std::map<std::string, Record, std::less<>> records_;
    std::map<std::string, std::size_t> lanes_;
    std::map<PartitionKey, std::map<std::uint64_t, Shown>> shown_;
    std::map<OffsetKey, std::uint64_t> committed_;
    StreamBalance balance_;
    std::vector<std::string> findings_;
};

}  // namespace tern::crash
