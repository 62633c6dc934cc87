#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/ledger.hpp"
#include "tests/simulation/stream_requests.hpp"

namespace tern::simulation {

/// A partition as the store has it after a commit.
struct StoredLog {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    /// By offset; the first batch may begin below the start.
    std::vector<std::pair<std::uint64_t, std::string>> records;
};

/// A group's name and a partition.
using GroupPlace = std::pair<std::string, LogPlace>;

/// All that the store holds of streams and groups, and the messages in the queues.
struct StoredStreams {
    std::map<LogPlace, StoredLog> logs;
    std::map<GroupPlace, std::uint64_t> committed;
    const std::vector<Stored>* messages = nullptr;
};

/// What clients of streams and groups were told, held against what the store holds.
class StreamLedger {
public:
    StreamLedger(const Ledger& messages, Tally& tally, Milliseconds retention)
        : messages_(messages),
          tally_(tally),
          retention_(retention) {}

    // Records.
    void attempt(const Produced& batch);
    void acknowledge(const Produced& batch, std::uint64_t base_offset);
    void refuse(const Produced& batch);
    /// Nobody will ever tell whether it was executed.
    void lose(const Produced& batch);
    void attempt_truncation(const LogPlace& place, std::uint64_t before);
    /// A consumer has got this: from now on it is so, whatever breaks.
    void read(const LogPlace& place, std::uint64_t offset, const std::string& value);

    // Transactions.
    void attempt_job(const WorkRequest& work);
    void attempt_forward(const ForwardRequest& forward);

    // Groups.
    void acknowledge_commit(const OffsetRequest& commit, const std::string& group);
    /// A worker was told what it may work on; until then it is surely alive.
    void told(const std::string& group, const std::string& member, const std::set<LogPlace>& assigned,
              Timestamp executed_at, Timestamp alive_until);
    /// A worker will not work on it any more.
    void gave_up(const std::string& group, const std::string& member, const LogPlace& place);
    void gone(const std::string& group, const std::string& member);

    /// Holds everything that clients were told against all that is stored now.
    void inspect(const StoredStreams& stored, Timestamp now);
    /// The power failed; `commit_lost`: with it the commit that was inspected last.
    void crashed(bool commit_lost);
    /// The broker's clock was: the sessions that members know of go on by their own clocks.
    void clock_set_back(Milliseconds by);
    /// As it was inspected last.
    std::uint64_t stored_records() const { return stored_records_; }

private:
    struct Record {
        LogPlace place;
        int attempts_open = 0;
        bool acknowledged = false;
        /// Where, if it is acknowledged.
        std::uint64_t offset = 0;
        bool outcome_unknown = false;
    };
    struct Log {
        std::map<std::uint64_t, std::string> acknowledged;
        std::map<std::uint64_t, std::string> read;
        /// When each offset was seen first, for retention.
        std::map<std::uint64_t, Timestamp> seen_at;
        std::uint64_t start = 0;
        std::uint64_t truncated_to = 0;
    };
    struct Job {
        LogPlace place;
        std::uint64_t offset = 0;
    };
    struct Owner {
        std::string member;
        Timestamp alive_until;
    };
    /// What was seen in the store, and in which commit first: a commit that is lost was never seen.
    using Sightings = std::map<std::string, std::uint64_t>;

    void inspect_log(const LogPlace& place, const StoredLog& stored, Timestamp now);
    void inspect_start(const LogPlace& place, Log& log, const StoredLog& stored, Timestamp now);
    void inspect_offsets(const StoredStreams& stored);
    void inspect_jobs(const StoredStreams& stored);
    void inspect_forwards(const StoredStreams& stored, Timestamp now);

    const Ledger& messages_;
    Tally& tally_;
    Milliseconds retention_;
    std::uint64_t commits_ = 0;
    std::uint64_t stored_records_ = 0;
    std::map<std::string, Record> records_;
    std::map<LogPlace, Log> logs_;
    std::map<std::string, Job> jobs_;
    Sightings seen_jobs_;
    std::map<std::string, ForwardRequest> forwards_;
    Sightings seen_records_;
    std::map<GroupPlace, std::uint64_t> acknowledged_commits_;
    std::map<GroupPlace, std::uint64_t> stored_commits_;
    std::map<GroupPlace, std::uint64_t> stored_commits_before_;
    std::map<GroupPlace, Owner> owners_;
};

}  // namespace tern::simulation
