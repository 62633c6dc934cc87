#include "broker/engine/transact.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/engine/append.hpp"
#include "broker/engine/group_offsets.hpp"
#include "broker/engine/handle_commands.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/sending.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using Refusal = std::optional<Answer>;

/// "sends[0]", or with the entry "sends[0].messages[2]".
struct Step {
    const char* kind;
    std::size_t number;
    const char* entries;

    Answer refuse(Errc errc) const { return {errc, name(), Nothing{}}; }
    Answer refuse(Errc errc, std::size_t entry) const {
        return {errc, name() + "." + entries + "[" + std::to_string(entry) + "]", Nothing{}};
    }

private:
    std::string name() const { return std::string(kind) + "[" + std::to_string(number) + "]"; }
};

Errc check_size(const Transact& command) {
    const auto steps = command.deletes.size() + command.sends.size() + command.appends.size() + command.commits.size();
    std::size_t entries = 0;
    for (const auto& step : command.deletes) entries += step.receipt_handles.size();
    for (const auto& step : command.sends) entries += step.messages.size();
    for (const auto& step : command.appends) entries += step.batches.size();
    for (const auto& step : command.commits) entries += step.offsets.size();
    if (steps == 0) return Errc::transaction_empty;
    const bool fits = steps <= protocol::transaction_steps_max && entries <= protocol::batch_entries_max;
    return fits ? Errc::ok : Errc::transaction_too_long;
}

/// One transaction: checked step by step without changing anything, then executed.
class Transaction {
public:
    Transaction(Batch& batch, const Transact& command) : batch_(batch), command_(command) {}

    Refusal check() {
        if (const auto errc = check_size(command_); errc != Errc::ok) return refuse(errc);
        if (auto refusal = check_each("deletes", "receipt_handles", command_.deletes, check_held)) return refusal;
        if (auto refusal = check_each("sends", "messages", command_.sends, check_send)) return refusal;
        if (auto refusal = check_each("appends", "batches", command_.appends, check_append)) return refusal;
        if (auto refusal = check_partitions()) return refusal;
        return check_commits();
    }

    Answer execute() {
        TransactionResults results;
        for (const auto& step : command_.deletes) succeed<EntryResults>(delete_messages(batch_, step));
        for (const auto& step : command_.sends)
            results.sends.push_back(succeed<SendResults>(send_messages(batch_, step)));
        for (const auto& step : command_.appends)
            results.appends.push_back(succeed<AppendResults>(append(batch_, step)));
        for (std::size_t i = 0; i < command_.commits.size(); ++i)
            group_offsets::execute(batch_, command_.commits[i], commits_[i]);
        ++batch_.counters.transactions;
        return {Errc::ok, {}, std::move(results)};
    }

private:
    /// `check_step` answers as check_append does.
    template <class Steps, class CheckStep>
    Refusal check_each(const char* kind, const char* entries, const Steps& steps, CheckStep check_step) {
        for (std::size_t number = 0; number < steps.size(); ++number) {
            const Step step{kind, number, entries};
            std::size_t entry = 0;
            const auto errc = check_step(batch_, steps[number], entry);
            if (errc == Errc::ok) continue;
            const bool is_of_entry = entry < entries_in(steps[number]);
            return is_of_entry ? step.refuse(errc, entry) : step.refuse(errc);
        }
        return std::nullopt;
    }
    static std::size_t entries_in(const DeleteMessages& step) { return step.receipt_handles.size(); }
    static std::size_t entries_in(const SendMessages& step) { return step.messages.size(); }
    static std::size_t entries_in(const Append& step) { return step.batches.size(); }

    /// A second append to a partition could be checked only after the first.
    Refusal check_partitions() {
        std::set<std::pair<StreamName, std::uint32_t>> partitions;
        for (std::size_t number = 0; number < command_.appends.size(); ++number) {
            const auto& step = command_.appends[number];
            for (std::size_t entry = 0; entry < step.batches.size(); ++entry)
                if (!partitions.emplace(step.stream, step.batches[entry].partition).second)
                    return Step{"appends", number, "batches"}.refuse(Errc::transaction_partition_twice, entry);
        }
        return std::nullopt;
    }

    Refusal check_commits() {
        std::set<GroupName> groups_to_come;
        for (std::size_t number = 0; number < command_.commits.size(); ++number) {
            const auto& commit = command_.commits[number];
            const Step step{"commits", number, "offsets"};
            groups_to_come.erase(commit.group);
            auto checked = group_offsets::check(batch_, commit, groups_to_come.size());
            if (!checked.has_value()) return step.refuse(checked.error());
            const auto& results = checked->results;
            const auto refused = std::find_if(results.begin(), results.end(), [](Errc e) { return e != Errc::ok; });
            if (refused != results.end())
                return step.refuse(*refused, static_cast<std::size_t>(refused - results.begin()));
            if (checked->group == nullptr) groups_to_come.insert(commit.group);
            commits_.push_back(std::move(*checked));
        }
        return std::nullopt;
    }

    /// What was checked cannot be refused.
    template <class Results>
    static Results succeed(Answer answer) {
        TERN_CHECK(answer.status == Errc::ok);
        auto results = std::get<Results>(std::move(answer.body));
        for (const auto& result : results.results) TERN_CHECK(status_of(result) == Errc::ok);
        return results;
    }
    static Errc status_of(Errc errc) { return errc; }
    static Errc status_of(const SendResult& result) { return result.status; }
    static Errc status_of(const AppendResult& result) { return result.status; }

    Batch& batch_;
    const Transact& command_;
    std::vector<group_offsets::Checked> commits_;
};

}  // namespace

Answer transact(Batch& batch, const Transact& command) {
    Transaction transaction(batch, command);
    if (auto refusal = transaction.check()) return std::move(*refusal);
    return transaction.execute();
}

}  // namespace tern::engine
