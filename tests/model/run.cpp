#include "tests/model/run.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "tests/model/comparison.hpp"
#include "tests/model/shortening.hpp"

namespace tern::model {
namespace {

constexpr Timestamp beginning(1'700'000'000'123);

/// One engine and one model, driven in step.
class Pair {
public:
    explicit Pair(std::uint64_t seed, const Profile& profile)
        : model_(profile.limits),
          subject_(limits_of(profile), seed) {
        model_.set_time(beginning);
    }

    const Model& model() const { return model_; }

    /// What went wrong in the step; empty when nothing did.
    std::string execute(const Step& step) {
        try {
            return execute_checked(step);
        } catch (const SubjectFailure& failure) {
            return failure.what();
        }
    }

private:
    static engine::EngineLimits limits_of(const Profile& profile) {
        engine::EngineLimits limits;
        limits.in_flight_max_standard = profile.limits.in_flight_max_standard;
        limits.in_flight_max_fifo = profile.limits.in_flight_max_fifo;
        limits.delay_after_delete = profile.limits.delay_after_delete;
        limits.delay_after_purge = profile.limits.delay_after_purge;
        limits.due_work_per_batch = profile.due_work_per_batch;
        return limits;
    }

    std::string execute_checked(const Step& step) {
        if (step.reopen) {
            subject_.reopen();
            model_.forget_waiters();
        }
        if (auto difference = move_time(model_.now() + step.wait); !difference.empty()) return difference;
        const auto expired = model_.expired();
        if (auto difference = execute_at(model_.now(), step.actions); !difference.empty()) return difference;
        if (model_.expired() != expired || model_.anything_expired()) {
            if (auto difference = let_expire(); !difference.empty()) return difference;
        }
        return comparison_.state(model_, subject_);
    }

    std::string move_time(Timestamp to) {
        const auto expired = model_.expired();
        // Who waits is answered when the wait is over, not later.
        for (const auto deadline : deadlines_before(to))
            if (auto difference = execute_at(deadline, {}); !difference.empty()) return difference;
        if (auto difference = execute_at(to, {}); !difference.empty()) return difference;
        return model_.expired() == expired && !model_.anything_expired() ? std::string() : let_expire();
    }

    std::set<Timestamp> deadlines_before(Timestamp to) const {
        std::set<Timestamp> deadlines;
        for (const auto& [name, queue] : model_.queues())
            for (const auto& waiter : queue.waiters)
                if (waiter.deadline < to) deadlines.insert(waiter.deadline);
        return deadlines;
    }

    /// The engine may take up to two seconds until it has removed what retention ends; nobody can receive it meanwhile.
    std::string let_expire() {
        for (auto expired = model_.expired();; expired = model_.expired()) {
            const auto second = (model_.now().ms() + 999) / 1000 * 1000;
            const Timestamp until(second + 2000);
            for (const auto deadline : deadlines_before(until))
                if (auto difference = execute_at(deadline, {}); !difference.empty()) return difference;
            if (auto difference = execute_at(until, {}); !difference.empty()) return difference;
            if (model_.expired() == expired && !model_.anything_expired()) return {};
        }
    }

    std::string execute_at(Timestamp now, const std::vector<Action>& actions) {
        const auto given = subject_.execute(now, actions);
        model_.set_time(now);
        for (const auto& action : actions) model_.apply(action);
        if (auto difference = comparison_.moves(model_, subject_); !difference.empty()) return difference;
        model_.end_moment();
        return comparison_.answers(model_.take_answers(), given);
    }

    Model model_;
    Subject subject_;
    Comparison comparison_;
};

using Candidate = std::function<bool(const Script&)>;

void simplify(const Candidate& still_fails, Script& script) {
    using shortening::try_fewer;
    using shortening::try_without;
    for (auto& step : script) {
        try_without(still_fails, script, step.wait, Milliseconds(0));
        try_without(still_fails, script, step.reopen, false);
        for (auto& action : step.actions) {
            if (auto* send = std::get_if<Send>(&action.body)) {
                try_fewer(still_fails, script, send->entries);
                for (auto& entry : send->entries) try_without(still_fails, script, entry.attributes, {});
            }
            engine::QueueSettingsChange* settings = nullptr;
            if (auto* create = std::get_if<Create>(&action.body)) settings = &create->settings;
            if (auto* set = std::get_if<Set>(&action.body)) settings = &set->settings;
            if (settings == nullptr) continue;
            try_without(still_fails, script, settings->delay, {});
            try_without(still_fails, script, settings->retention, {});
            try_without(still_fails, script, settings->wait, {});
            try_without(still_fails, script, settings->visibility_timeout, {});
            try_without(still_fails, script, settings->message_bytes_max, {});
            try_without(still_fails, script, settings->content_based_deduplication, {});
            try_without(still_fails, script, settings->deduplication_scope, {});
            try_without(still_fails, script, settings->redrive_policy, {});
            try_without(still_fails, script, settings->redrive_allow_policy, {});
        }
    }
}

}  // namespace

std::optional<Mismatch> run(std::uint64_t seed, std::size_t steps) {
    const auto profile = Profile::of(seed);
    Pair pair(seed, profile);
    Generator generator(seed, profile);
    return script_run::run_made_up<Script>(
        pair, steps, [&](bool first) { return first ? generator.first() : generator.next(pair.model()); });
}

std::optional<Mismatch> run(std::uint64_t seed, const Script& script) {
    Pair pair(seed, Profile::of(seed));
    return script_run::run_script(pair, script);
}

Mismatch shrink(std::uint64_t seed, Mismatch mismatch) {
    return shortening::shrink(
        std::move(mismatch), [&](const Script& script) { return run(seed, script); },
        [](const Candidate& still_fails, Script& script) { simplify(still_fails, script); });
}

}  // namespace tern::model
