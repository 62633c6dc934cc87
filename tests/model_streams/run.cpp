#include "tests/model_streams/run.hpp"

#include <functional>

#include "tests/model/shortening.hpp"
#include "tests/model_streams/pair.hpp"

namespace tern::stream_model {
namespace {

using Candidate = std::function<bool(const Script&)>;

void simplify(const Candidate& still_fails, const Script& script, engine::StreamSettingsChange& settings) {
    using shortening::try_without;
    try_without(still_fails, script, settings.partitions, {});
    try_without(still_fails, script, settings.retention, {});
    try_without(still_fails, script, settings.retention_bytes, {});
    try_without(still_fails, script, settings.record_bytes_max, {});
    try_without(still_fails, script, settings.timestamp_type, {});
}

void simplify(const Candidate& still_fails, const Script& script, Append& append) {
    using shortening::try_fewer;
    using shortening::try_without;
    try_fewer(still_fails, script, append.batches);
    for (auto& batch : append.batches) {
        try_fewer(still_fails, script, batch.timestamps);
        try_without(still_fails, script, batch.stamp, {});
        try_without(still_fails, script, batch.expected_offset, {});
        try_without(still_fails, script, batch.compression, {});
        try_without(still_fails, script, batch.value_bytes, {});
    }
}

void simplify(const Candidate& still_fails, Script& script) {
    using shortening::try_fewer;
    using shortening::try_without;
    for (auto& step : script) {
        try_without(still_fails, script, step.wait, Milliseconds(0));
        try_without(still_fails, script, step.reopen, false);
        try_without(still_fails, script, step.queries, {});
        try_fewer(still_fails, script, step.queries);
        for (auto& query : step.queries)
            if (auto* fetch = std::get_if<Fetch>(&query)) try_fewer(still_fails, script, fetch->positions);
        for (auto& action : step.actions) {
            if (auto* create = std::get_if<Create>(&action.body)) simplify(still_fails, script, create->settings);
            if (auto* set = std::get_if<Set>(&action.body)) simplify(still_fails, script, set->settings);
            if (auto* append = std::get_if<Append>(&action.body)) simplify(still_fails, script, *append);
            if (auto* commit = std::get_if<Commit>(&action.body)) try_fewer(still_fails, script, commit->offsets);
            if (auto* join = std::get_if<Join>(&action.body)) {
                try_without(still_fails, script, join->instance, {});
                try_fewer(still_fails, script, join->streams);
            }
        }
    }
}

}  // namespace

std::optional<Mismatch> run(std::uint64_t seed, std::size_t steps) {
    const auto profile = Profile::of(seed);
    Pair pair(seed, profile);
    Generator generator(seed, profile);
    return script_run::run_made_up<Script>(pair, steps, [&](bool first) {
        return first ? generator.first() : generator.next(pair.streams(), pair.groups());
    });
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

}  // namespace tern::stream_model
