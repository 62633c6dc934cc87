#include "tests/model_streams/pair.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "broker/base/overloaded.hpp"
#include "tests/model_streams/batches.hpp"

namespace tern::stream_model {
namespace {

constexpr Timestamp beginning(1'700'000'000'123);
/// Enough for the last partition to be handed over.
constexpr int rounds_until_quiet_max = 12;

/// Such an action is a batch of its own, so that the model sees what it did.
bool of_groups(const Action& action) {
    return std::holds_alternative<Join>(action.body) || std::holds_alternative<Beat>(action.body) ||
           std::holds_alternative<Leave>(action.body) || std::holds_alternative<Commit>(action.body) ||
           std::holds_alternative<DropGroup>(action.body) || std::holds_alternative<Transaction>(action.body);
}

std::uint64_t label_in_transaction(std::uint64_t label, std::size_t append) {
    return label * 1000 + append;
}

bool names_a_partition_twice(const Transaction& transaction) {
    std::set<PartitionName> seen;
    for (const auto& append : transaction.appends)
        for (const auto& batch : append.batches)
            if (!seen.insert({append.stream, batch.partition}).second) return true;
    return false;
}

}  // namespace

Pair::Pair(std::uint64_t seed, const Profile& profile)
    : streams_(profile.limits.producer_expiry),
      groups_(streams_, profile.limits.group_offsets_retention),
      subject_(profile.limits, seed) {
    streams_.set_time(beginning);
}

Complaint Pair::execute(const Step& step) {
    try {
        return execute_checked(step);
    } catch (const SubjectFailure& failure) {
        return failure.what();
    }
}

Complaint Pair::execute_checked(const Step& step) {
    if (step.reopen) {
        subject_.reopen();
        streams_.set_time(streams_.now() + step.wait);
        groups_.reopened();
        if (auto complaint = execute_batch({}); !complaint.empty()) return complaint;
    } else if (auto complaint = move_time(streams_.now() + step.wait); !complaint.empty()) {
        return complaint;
    }
    Actions together;
    for (const auto& action : step.actions) {
        const auto* settling = std::get_if<Settle>(&action.body);
        if (settling == nullptr && !of_groups(action)) {
            together.push_back(action);
            continue;
        }
        if (auto complaint = execute_batch(std::exchange(together, {})); !complaint.empty()) return complaint;
        auto complaint = settling != nullptr ? settle(*settling, action.label) : execute_batch({action});
        if (!complaint.empty()) return complaint;
    }
    if (auto complaint = execute_batch(together); !complaint.empty()) return complaint;

    const auto snapshot = subject_.snapshot();
    for (const auto& query : step.queries) {
        const auto* fetch = std::get_if<Fetch>(&query);
        auto complaint =
            fetch != nullptr ? streams_.fetch(*fetch, *snapshot) : streams_.find(std::get<Find>(query), *snapshot);
        if (!complaint.empty()) return complaint;
    }
    return {};
}

/// Who waits is answered when the wait is over, not later.
Complaint Pair::move_time(Timestamp to) {
    std::set<Timestamp> stops = {to};
    for (const auto& [label, waiting] : groups_.waiting())
        if (waiting.until < to) stops.insert(waiting.until);
    for (const auto stop : stops) {
        streams_.set_time(stop);
        if (auto complaint = execute_batch({}); !complaint.empty()) return complaint;
    }
    return {};
}

Complaint Pair::execute_batch(const Actions& actions) {
    groups_.begin_batch();
    bytes_.clear();
    std::vector<Subject::Command> commands;
    for (const auto& action : actions) commands.push_back({action.label, command_of(action)});
    auto completions = subject_.execute(streams_.now(), commands);
    for (const auto& action : actions) {
        if (std::holds_alternative<Beat>(action.body)) continue;
        const auto answered = std::find_if(completions.begin(), completions.end(), [&](const auto& completion) {
            return completion.ticket.request == action.label;
        });
        if (answered == completions.end()) return fmt::format("#{}: not answered", action.label);
        auto complaint = judge(action, answered->answer);
        if (!complaint.empty()) return fmt::format("#{}: {}", action.label, complaint);
        completions.erase(answered);
    }
    for (const auto& [ticket, answer] : completions)
        if (auto complaint = groups_.beaten(ticket.request, answer); !complaint.empty())
            return fmt::format("#{}: {}", ticket.request, complaint);
    return observe();
}

Complaint Pair::observe() {
    const auto snapshot = subject_.snapshot();
    auto complaint = streams_.observe(*snapshot);
    return complaint.empty() ? groups_.observe(*snapshot) : complaint;
}

Complaint Pair::settle(const Settle& settle, std::uint64_t label) {
    for (int round = 0; round < rounds_until_quiet_max; ++round) {
        for (const auto member : groups_.members_of(settle.group))
            if (auto complaint = execute_batch({{label, Beat{settle.group, member, Reaction::follow, {}}}});
                !complaint.empty())
                return complaint;
        if (groups_.quiet(settle.group)) return groups_.observe_quiet(*subject_.snapshot(), settle.group);
    }
    return settle.group + ": the members do all that they are told, and it does not settle";
}

engine::Append Pair::command_of(const Append& append, std::uint64_t label) {
    engine::Append command{{"", append.stream}, {}};
    for (std::size_t i = 0; i < append.batches.size(); ++i) {
        const auto& batch = append.batches[i];
        const auto stamp = stamp_of(batch.stamp, streams_.producer(batch.stamp.allocation));
        bytes_.push_back(bytes_of(label, i, batch, stamp));
        command.batches.push_back(new_batch(batch, bytes_.back()));
    }
    return command;
}

engine::Command Pair::command_of(const Action& action) {
    return std::visit(
        Overloaded{
            [](const Create& a) -> engine::Command {
                return engine::CreateStream{{"", a.stream}, a.settings};
            },
            [](const Set& a) -> engine::Command {
                return engine::SetStream{{"", a.stream}, a.settings};
            },
            [](const Drop& a) -> engine::Command {
                return engine::DeleteStream{{"", a.stream}};
            },
            [](const Truncate& a) -> engine::Command {
                return engine::TruncateStream{{"", a.stream}, a.partition, a.before};
            },
            [&](const Append& a) -> engine::Command { return command_of(a, action.label); },
            [](const Allocate&) -> engine::Command { return engine::AllocateProducer{}; },
            [&](const Join& a) -> engine::Command {
                return engine::JoinGroup{{"", a.group}, groups_.id_of(a.member), a.instance, a.streams,
                                         a.strategy,    a.session_timeout,       "client"};
            },
            [&](const Beat& a) -> engine::Command {
                auto heartbeat = groups_.heartbeat(a);
                groups_.beat(action.label, a, heartbeat);
                return heartbeat;
            },
            [](const Settle&) -> engine::Command { return engine::EndSession{}; },
            [&](const Leave& a) -> engine::Command {
                return engine::LeaveGroup{{"", a.group}, groups_.id_of(a.member)};
            },
            [&](const Commit& a) -> engine::Command { return groups_.commit(a); },
            [](const DropGroup& a) -> engine::Command {
                return engine::DeleteGroup{{"", a.group}};
            },
            [&](const Transaction& a) -> engine::Command {
                engine::Transact transact;
                for (std::size_t i = 0; i < a.appends.size(); ++i)
                    transact.appends.push_back(command_of(a.appends[i], label_in_transaction(action.label, i)));
                for (const auto& commit : a.commits) transact.commits.push_back(groups_.commit(commit));
                return transact;
            },
        },
        action.body);
}

Complaint Pair::judge(const Action& action, const engine::Answer& given) {
    return std::visit(Overloaded{
                          [&](const Create& a) { return streams_.create(a, given); },
                          [&](const Set& a) { return streams_.set(a, given); },
                          [&](const Drop& a) { return streams_.drop(a, given); },
                          [&](const Truncate& a) { return streams_.truncate(a, given); },
                          [&](const Append& a) { return streams_.append(action.label, a, given); },
                          [&](const Allocate&) { return streams_.allocate(action.label, given); },
                          [&](const Join& a) { return groups_.join(action.label, a, given); },
                          [&](const Beat&) { return groups_.beaten(action.label, given); },
                          [](const Settle&) { return Complaint(); },
                          [&](const Leave& a) { return groups_.leave(a, given); },
                          [&](const Commit& a) { return groups_.committed(a, given); },
                          [&](const DropGroup& a) { return groups_.drop(a, given); },
                          [&](const Transaction& a) { return judge(action.label, a, given); },
                      },
                      action.body);
}

Complaint Pair::judge(std::uint64_t label, const Transaction& transaction, const engine::Answer& given) {
    const auto refused = [&](bool remembers_longer, bool granted_late) {
        if (transaction.appends.empty() && transaction.commits.empty()) return true;
        if (names_a_partition_twice(transaction)) return true;
        for (const auto& append : transaction.appends)
            if (streams_.refuses(append, remembers_longer)) return true;
        return std::any_of(transaction.commits.begin(), transaction.commits.end(),
                           [&](const Commit& commit) { return groups_.refuses(commit, granted_late); });
    };
    if (given.status != Errc::ok)
        return refused(false, true) || refused(true, true)
                   ? Complaint()
                   : fmt::format("transaction: refused with {} ({})", protocol::name_of(given.status), given.detail);
    if (refused(false, false) && refused(true, false)) return "transaction: executed, though a part must be refused";
    const auto* results = std::get_if<engine::TransactionResults>(&given.body);
    if (results == nullptr || results->appends.size() != transaction.appends.size())
        return "transaction: not one result an append";
    for (std::size_t i = 0; i < transaction.appends.size(); ++i) {
        auto complaint = streams_.appended(label_in_transaction(label, i), transaction.appends[i], results->appends[i]);
        if (!complaint.empty()) return complaint;
    }
    for (const auto& commit : transaction.commits) groups_.execute(commit);
    return {};
}

}  // namespace tern::stream_model
