#include <algorithm>
#include <string>

#include "tests/crash/verdict_streams.hpp"

namespace tern::crash {
namespace {

void judge_group(const std::string& name, const GroupHistory& group, const FoundGroup& there, Position at,
                 Findings& findings) {
    for (const auto& [position, generation] : group.generations) {
        if (position < at && there.generation < generation)
            findings.emplace_back(Wrong::forgotten, "group " + name + " is in generation " +
                                                        std::to_string(there.generation) + ", and a member was told " +
                                                        std::to_string(generation));
    }
    for (const auto& [id, member] : group.members) {
        const bool found = there.members.contains(id);
        if (!found && member.joined.surely_before(at) && !any_perhaps(member.leaves, at))
            findings.emplace_back(Wrong::lost, "member " + id + " of group " + name);
        if (found && any_surely(member.leaves, at))
            findings.emplace_back(Wrong::resurrected, "member " + id + " of group " + name);
        if (found && !member.joined.perhaps_before(at))
            findings.emplace_back(Wrong::unexpected, "member " + id + " of group " + name + " has not joined yet");
    }
    for (const auto& id : there.members) {
        if (!group.members.contains(id)) findings.emplace_back(Wrong::unexpected, "member " + id + " of group " + name);
    }
}

}  // namespace

void judge_groups(const Found& found, const History& history, Position at, Findings& findings) {
    static const FoundGroup gone;
    for (const auto& [name, group] : history.groups) {
        const auto there = found.groups.find(name);
        judge_group(name, group, there == found.groups.end() ? gone : there->second, at, findings);
    }
    for (const auto& [key, commits] : history.offsets) {
        const auto there = found.offsets.find(key);
        const auto value = there == found.offsets.end() ? -1 : there->second;
        auto allowed = possible(commits, at);
        const auto surely = [at](const Setting& commit) { return commit.span.surely_before(at); };
        if (std::ranges::none_of(commits, surely)) allowed.insert(-1);
        if (!allowed.contains(value))
            findings.emplace_back(Wrong::forgotten, "group " + key.group + " has committed " + std::to_string(value) +
                                                        " on " + key.partition.stream + "/" +
                                                        std::to_string(key.partition.partition) + ", not " +
                                                        alternatives(allowed));
    }
    for (const auto& [key, value] : found.offsets) {
        if (!history.offsets.contains(key))
            findings.emplace_back(Wrong::unexpected, "an offset of group " + key.group + " on " + key.partition.stream);
    }
}

}  // namespace tern::crash
