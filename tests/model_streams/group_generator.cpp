#include <algorithm>

#include "tests/model_streams/generator.hpp"

/// What happens to groups.
namespace tern::stream_model {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

MemberReference Generator::member(const GroupModel& groups, const std::string& group) {
    if (invalid()) return unknown_member;
    const auto members = groups.members_of(group);
    if (!members.empty() && chance(95)) return one_of(members);
    const auto& clients = groups.clients();
    if (clients.empty()) return unknown_member;
    return std::next(clients.begin(), static_cast<std::ptrdiff_t>(random_.below(clients.size())))->first;
}

Body Generator::join(const GroupModel& groups) {
    Join join;
    join.group = chance(2) ? "no such name" : group();
    // In most runs all want the same, so that the sharing can be held to more.
    join.streams = chance(70) ? std::vector<std::string>{"a", "b"}
                              : one_of<std::vector<std::string>>({{"a"}, {"b", "c"}, {"a", "b", "c"}});
    join.strategy =
        join.group == "g" ? engine::AssignmentStrategy::cooperative_sticky : engine::AssignmentStrategy::range;
    if (invalid()) join.strategy = static_cast<engine::AssignmentStrategy>(random_.below(2));
    join.session_timeout = one_of<Milliseconds>({seconds(1), seconds(10), seconds(30), seconds(30), minutes(30)});
    if (chance(30)) join.instance = chance(50) ? "one" : "two";
    if (chance(10)) {
        join.member = member(groups, join.group);
        const auto client = groups.clients().find(join.member);
        if (client != groups.clients().end() && groups.groups().contains(join.group)) {
            const auto& members = groups.groups().at(join.group).members;
            const auto found = members.find(client->second.id);
            join.instance = found == members.end() ? "" : found->second.instance;
        }
    }
    if (invalid()) join.streams.clear();
    if (invalid()) join.session_timeout = Milliseconds(999);
    if (invalid()) join.instance = "with blank";
    return join;
}

Commit Generator::commit(const StreamModel& streams, const GroupModel& groups) {
    Commit commit{group(), 0, 0, {}};
    const auto members = groups.members_of(commit.group);
    const bool by_name = members.empty() ? chance(90) : chance(5);
    if (!by_name) commit.member = member(groups, commit.group);
    if (chance(20)) commit.generations_behind = static_cast<std::uint32_t>(1 + random_.below(3));
    const auto client = groups.clients().find(commit.member);
    for (auto count = invalid() ? 0 : 1 + random_.below(3); count > 0; --count) {
        OffsetEntry entry{stream(), 0, 0, chance(80) ? 0 : random_.below(20)};
        entry.partition = partition(streams, entry.stream);
        if (client != groups.clients().end() && !client->second.told.empty() && chance(80)) {
            const auto& told = client->second.told;
            const auto chosen = std::next(told.begin(), static_cast<std::ptrdiff_t>(random_.below(told.size())));
            entry.stream = chosen->stream;
            entry.partition = chosen->partition;
        }
        entry.offset = offset(streams, entry.stream, entry.partition) >> 1;
        if (invalid()) entry.metadata_bytes = 4096 + random_.below(2);
        // An entry a partition: which of two would hold is nobody's promise.
        const bool again = std::any_of(commit.offsets.begin(), commit.offsets.end(), [&](const OffsetEntry& other) {
            return other.stream == entry.stream && other.partition == entry.partition;
        });
        if (!again) commit.offsets.push_back(entry);
    }
    return commit;
}

Body Generator::group_body(const StreamModel& streams, const GroupModel& groups) {
    const auto dice = random_.below(1000);
    if (dice < 150) return join(groups);
    if (dice < 420) {
        Beat beat{group(), 0, Reaction::follow, {}};
        beat.member = member(groups, beat.group);
        if (chance(25)) beat.reaction = chance(60) ? Reaction::hold_on : Reaction::unaware;
        if (chance(40)) beat.wait = one_of<Milliseconds>({Milliseconds(1), seconds(2), seconds(20)});
        return beat;
    }
    if (dice < 600) return Settle{group()};
    if (dice < 660) {
        const auto name = group();
        return Leave{name, member(groups, name)};
    }
    if (dice < 860) return commit(streams, groups);
    if (dice < 900) return DropGroup{group()};
    Transaction transaction;
    for (auto count = random_.below(3); count > 0; --count) {
        auto part = append(streams);
        if (part.batches.size() > 1 && !invalid()) part.batches.resize(1);
        const bool again = std::any_of(transaction.appends.begin(), transaction.appends.end(),
                                       [&](const Append& other) { return other.stream == part.stream; });
        if (!again || invalid()) transaction.appends.push_back(std::move(part));
    }
    const bool commits = transaction.appends.empty() ? !invalid() : chance(60);
    if (commits) transaction.commits.push_back(commit(streams, groups));
    return transaction;
}

}  // namespace tern::stream_model
