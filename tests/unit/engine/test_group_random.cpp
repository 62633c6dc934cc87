#include <deque>
#include <set>

#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

using Part = std::pair<std::string, std::uint32_t>;

/// A process as it may be on a slow network: what it was told reaches it late, and what it works on it stops late.
struct Process {
    std::string member;
    std::string instance;
    std::uint32_t generation = 0;
    std::set<Part> may;
    std::set<Part> works_on;
    std::deque<GroupAssignment> on_the_way;
    Timestamp spoke_at{};
    /// As the broker counts.
    Timestamp expires_at{};
    bool silent = false;
};

std::set<Part> parts_of(const Partitions& partitions) {
    std::set<Part> parts;
    for (const auto& set : partitions)
        for (const auto number : set.partitions) parts.emplace(set.stream, number);
    return parts;
}

Partitions sets_of(const std::set<Part>& parts) {
    Partitions sets;
    for (const auto& [stream, number] : parts) {
        if (sets.empty() || sets.back().stream != stream) sets.push_back({stream, {}});
        sets.back().partitions.push_back(number);
    }
    return sets;
}

/// A group at random: processes join, leave, fall silent, lag; streams come, grow and go; the broker restarts. After
/// each step no partition may be worked on by two processes whose sessions are alive.
class Story : public GroupFixture {
public:
    explicit Story(std::uint64_t seed)
        : GroupFixture(EngineLimits{.due_work_per_batch = seed % 4 == 0 ? 2u : 256u}),
          random_(seed) {
        strategy_ = seed % 3 == 0 ? AssignmentStrategy::range : AssignmentStrategy::cooperative_sticky;
    }

    void run_steps(int steps) {
        for (int step = 0; step < steps; ++step) {
            CAPTURE(step);
            act();
            idle();
            check_exclusive();
        }
    }

    /// Nobody comes or goes any more: all that anybody wants is soon worked on, and stays where it is.
    void come_to_rest() {
        for (int round = 0; round < 30; ++round) {
            for (auto& process : processes_) {
                if (process.silent) continue;
                deliver(process, process.on_the_way.size());
                stop_late_work(process);
                beat(process);
                deliver(process, process.on_the_way.size());
            }
            advance(1s);
        }
        check_complete();
        const auto generation = rows(store::Table::groups) == 0 ? 0 : describe_group().summary.generation;
        for (auto& process : processes_)
            if (!process.silent) beat(process);
        if (generation > 0) CHECK_EQ(describe_group().summary.generation, generation);
    }

private:
    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    Process& any() { return processes_[below(processes_.size())]; }
    /// By the process' own clock: it works no longer.
    bool alive(const Process& process) const { return now < process.spoke_at + timeout; }
    /// The broker may wait longer: it gave everybody a whole session timeout when it started.
    bool known(const Process& process) const { return now < process.expires_at; }
    void note_heard(Process& process) const {
        process.spoke_at = now;
        process.expires_at = now + timeout;
    }

    void act() {
        const auto action = below(100);
        if (processes_.empty() || (action < 8 && processes_.size() < 7)) return enter();
        if (action < 12) return leave_one();
        if (action < 15) return void(any().silent = true);
        if (action < 55) return beat(any());
        if (action < 70) return deliver(any(), 1);
        if (action < 80) return stop_late_work(any());
        if (action < 88) return commit_something(any());
        if (action < 95) return advance(Milliseconds(static_cast<std::int64_t>(below(4000))));
        if (action < 98) return change_streams();
        restart();
        for (auto& process : processes_)
            if (known(process)) process.expires_at = now + timeout;
    }

    void enter() {
        Process process;
        if (below(3) == 0) process.instance = "host-" + std::to_string(below(2));
        std::vector<std::string> streams;
        for (const auto* name : {"clicks", "orders", "trips"})
            if (streams.empty() || below(2) == 0) streams.emplace_back(name);
        // A new process of an instance means that the earlier one has ended.
        if (!process.instance.empty())
            std::erase_if(processes_, [&](const Process& other) { return other.instance == process.instance; });
        auto command = joining(streams, process.instance);
        command.strategy = strategy_;
        const auto answer = call(command);
        REQUIRE_EQ(answer.status, Errc::ok);
        process.on_the_way.push_back(std::get<GroupAssignment>(answer.body));
        note_heard(process);
        process.member = process.on_the_way.front().member;
        processes_.push_back(std::move(process));
    }

    void leave_one() {
        const auto at = below(processes_.size());
        const auto& process = processes_[at];
        const auto errc = call(LeaveGroup{group, process.member}).status;
        CHECK_EQ(errc, known(process) ? Errc::ok : Errc::group_member_unknown);
        processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(at));
    }

    /// Now and then it does not wait for what is still on the way to it.
    void beat(Process& process) {
        if (process.silent) return;
        const auto answer = call(Heartbeat{group, process.member, process.generation, sets_of(process.works_on)});
        if (!known(process)) {
            CHECK_EQ(answer.status, Errc::group_member_unknown);
            process.works_on.clear();
            process.silent = true;
            return;
        }
        REQUIRE_EQ(answer.status, Errc::ok);
        note_heard(process);
        process.on_the_way.push_back(std::get<GroupAssignment>(answer.body));
    }

    void deliver(Process& process, std::size_t answers) {
        if (!alive(process)) return process.on_the_way.clear();
        for (; answers > 0 && !process.on_the_way.empty(); --answers) {
            const auto told = std::move(process.on_the_way.front());
            process.on_the_way.pop_front();
            CHECK_GE(told.generation, process.generation);
            process.generation = told.generation;
            process.may = parts_of(told.assigned);
            process.works_on.insert(process.may.begin(), process.may.end());
        }
    }

    static void stop_late_work(Process& process) {
        std::erase_if(process.works_on, [&](const Part& part) { return !process.may.contains(part); });
    }

    void commit_something(Process& process) {
        if (process.works_on.empty()) return;
        const auto& [stream, number] = *process.works_on.begin();
        const auto errc = commit(process.member, process.generation, {stream, number, 1, {}});
        CHECK_EQ(errc, known(process) ? Errc::ok : Errc::group_member_unknown);
    }

    void change_streams() {
        const std::string name = std::vector<std::string>{"clicks", "orders", "trips"}[below(3)];
        const auto partitions = static_cast<std::int64_t>(1 + below(6));
        if (create_stream(name, partitions) == Errc::ok || grow_stream(name, partitions + 3) == Errc::ok) return;
        if (below(3) != 0) return;
        delete_stream(name);
        // Whoever works on it finds nothing any more.
        const auto is_gone = [&](const Part& part) { return part.first == name; };
        for (auto& process : processes_) {
            std::erase_if(process.works_on, is_gone);
            std::erase_if(process.may, is_gone);
            for (auto& told : process.on_the_way)
                std::erase_if(told.assigned, [&](const PartitionSet& set) { return set.stream == name; });
        }
    }

    void check_exclusive() {
        std::map<Part, std::string> workers;
        for (const auto& process : processes_) {
            if (!alive(process)) continue;
            for (const auto& part : process.works_on) {
                const auto [other, is_first] = workers.emplace(part, process.member);
                CHECK_MESSAGE(is_first, part.first << "/" << part.second << " is worked on by " << other->second
                                                   << " and " << process.member);
            }
        }
    }

    void check_complete() {
        if (rows(store::Table::groups) == 0) return;
        const auto described = describe_group();
        std::set<Part> assigned;
        std::set<Part> wanted;
        for (const auto& member : described.members) {
            const auto process = std::find_if(processes_.begin(), processes_.end(),
                                              [&](const Process& each) { return each.member == member.member; });
            REQUIRE(process != processes_.end());
            CHECK_EQ(parts_of(member.assigned), process->works_on);
            assigned.insert(process->works_on.begin(), process->works_on.end());
            for (const auto& name : member.streams) {
                const auto stream = describe_stream(*store().begin_read(), {"", name}, {});
                if (!stream.has_value()) continue;
                for (const auto& partition : stream->partitions) wanted.emplace(name, partition.partition);
            }
        }
        CHECK_EQ(assigned, wanted);
        CHECK_EQ(described.summary.state, described.members.empty() ? GroupState::empty : GroupState::stable);
    }

    static constexpr Milliseconds timeout = 10s;
    SeededRandom random_;
    AssignmentStrategy strategy_{};
    std::vector<Process> processes_;
};

}  // namespace

TEST_SUITE("groups at random") {
    TEST_CASE("whatever happens, no partition is worked on by two, and in the end all are by one") {
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            CAPTURE(seed);
            Story story(seed);

            story.run_steps(150);
            story.come_to_rest();
        }
    }
}
