#include "tests/model_streams/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "broker/engine/audit.hpp"

namespace tern::stream_model {
namespace {

// Far more than any run's state can need, even at one piece of due work a batch.
constexpr int batches_until_idle_max = 20'000;

}  // namespace

Subject::Subject(engine::EngineLimits limits, std::uint64_t seed) : random_(seed), limits_(limits) {
    reopen();
}

void Subject::reopen() {
    engine_ = std::make_unique<engine::Engine>(limits_);
    engine_->open(*store_.begin_read());
}

std::vector<engine::Completion> Subject::execute(Timestamp now, const std::vector<Command>& commands) {
    std::vector<engine::Completion> completions;
    published_.clear();
    deleted_topics_.clear();
    run_batch(now, commands, completions);
    for (int batches = 0;; ++batches) {
        const auto next = engine_->next_deadline();
        if (!next || *next > now) break;
        if (batches == batches_until_idle_max) throw SubjectFailure("the engine finds no rest");
        run_batch(now, {}, completions);
    }
    if (const auto findings = engine::audit(*store_.begin_read()); !findings.empty())
        throw SubjectFailure("the audit finds: " + findings.front());
    return completions;
}

void Subject::run_batch(Timestamp now, const std::vector<Command>& commands,
                        std::vector<engine::Completion>& completions) {
    const auto transaction = store_.begin_write();
    engine_->begin_batch(*transaction, now, random_);
    for (const auto& each : commands) engine_->apply({0, 1, each.label}, each.command, completions);
    engine_->advance(completions);
    engine_->end_batch();
    transaction->commit();
    std::ranges::move(engine_->take_published(), std::back_inserter(published_));
    std::ranges::copy(engine_->take_deleted_topics(), std::back_inserter(deleted_topics_));
    check_appended();
}

void Subject::check_appended() {
    for (const auto& appended : engine_->appended()) {
        auto& end = ends_[appended.partition];
        if (appended.end_before != end || appended.end <= end)
            throw SubjectFailure(fmt::format("appended from {} to {} is told of a partition that ended at {}",
                                             appended.end_before, appended.end, end));
        end = appended.end;
    }
}

}  // namespace tern::stream_model
