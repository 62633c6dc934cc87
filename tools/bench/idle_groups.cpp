#include "tools/bench/idle_groups.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <vector>

#include "tools/bench/answer.hpp"
#include "tools/bench/batch_scan.hpp"
#include "tools/bench/bench_stream.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/stream_frame.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

/// Made before memory is looked at, so that what the first groups alone need is there.
constexpr std::size_t groups_before = 10;

class Groups {
public:
    Groups(Target& target, const StreamWorkload& workload)
        : control_(target.control()),
          stream_(workload.stream),
          start_(partition_ranges(control_, stream_)[0].start),
          fetch_(stream_, {.partitions = {0}, .partition_bytes_max = workload.fetch_bytes}) {
        fetch_.set_offset(0, start_);
        for (std::uint32_t i = 0; i < workload.partitions; ++i) all_.push_back(i);
    }

    void add() {
        const auto name = fmt::format("bench-{}-group-{:05}", getpid(), members_.size());
        const auto& joined = body_of<wire::GroupAssignment>(control_.call(join_group_frame(name, stream_)), "join");
        if (joined.member() == nullptr) throw BenchError("A member of a group got no id.");
        const auto member = joined.member()->str();
        const auto generation = joined.generation();
        members_.push_back({name, member});

        control_.call(heartbeat_frame(name, member, generation, stream_, all_));
        auto next = start_;
        const auto& fetched = body_of<wire::FetchResults>(control_.call(fetch_.bytes()), "fetch");
        check_entries(fetched.results(), 1, "fetch");
        if (const auto* batches = fetched.results()->Get(0)->batches())
            scan_batches({reinterpret_cast<const char*>(batches->data()), batches->size()}, next);
        const auto commit = commit_offset_frame(name, member, generation, stream_, next);
        const auto& committed = body_of<wire::EntryResults>(control_.call(commit), "commit");
        check_entries(committed.results(), 1, "commit");
    }

    void remove_all() {
        for (const auto& [group, member] : members_) {
            control_.call(leave_group_frame(group, member));
            control_.call(delete_group_frame(group));
        }
    }

private:
    struct Member {
        std::string group;
        std::string member;
    };

    Control& control_;
    std::string stream_;
    std::uint64_t start_;
    FetchFrame fetch_;
    std::vector<std::uint32_t> all_;
    std::vector<Member> members_;
};

}  // namespace

double rss_anonymous_bytes_per_group(Target& target, const StreamWorkload& workload, std::size_t count) {
    Groups groups(target, workload);
    for (std::size_t i = 0; i < groups_before; ++i) groups.add();
    const auto before = static_cast<double>(target.usage().rss_anonymous_bytes);
    for (std::size_t i = 0; i < count; ++i) {
        groups.add();
        stop_if_interrupted();
    }
    const auto after = static_cast<double>(target.usage().rss_anonymous_bytes);
    groups.remove_all();
    return (after - before) / static_cast<double>(count);
}

}  // namespace tern::bench
