#include "tests/model_topics/run.hpp"

#include <functional>

#include "tests/model/shortening.hpp"
#include "tests/model_topics/pair.hpp"

namespace tern::topic_model {
namespace {

using Candidate = std::function<bool(const Script&)>;
using shortening::try_fewer;
using shortening::try_without;

void simplify(const Candidate& still_fails, const Script& script, engine::TopicSettingsChange& settings) {
    try_without(still_fails, script, settings, {});
    try_without(still_fails, script, settings.history_age, {});
    try_without(still_fails, script, settings.history_publications, {});
    try_without(still_fails, script, settings.history_bytes, {});
    try_without(still_fails, script, settings.retained, {});
    try_without(still_fails, script, settings.publication_bytes_max, {});
    try_without(still_fails, script, settings.presence, {});
    try_without(still_fails, script, settings.content_based_deduplication, {});
}

void simplify(const Candidate& still_fails, const Script& script, Publish& publish) {
    try_fewer(still_fails, script, publish.entries);
    for (auto& entry : publish.entries) {
        try_without(still_fails, script, entry.colour, {});
        try_without(still_fails, script, entry.price, {});
        try_without(still_fails, script, entry.fillers, {});
        try_without(still_fails, script, entry.deduplication_id, {});
        try_without(still_fails, script, entry.data, Bytes("x"));
    }
}

void simplify(const Candidate& still_fails, const Script& script, Wishes& wishes) {
    try_without(still_fails, script, wishes, {});
    try_without(still_fails, script, wishes.pattern, {});
    try_without(still_fails, script, wishes.filter, {});
    try_without(still_fails, script, wishes.raw, {});
    try_without(still_fails, script, wishes.dead_letter_queue, {});
}

void simplify(const Candidate& still_fails, const Script& script, Body& body) {
    if (auto* create = std::get_if<CreateTopic>(&body)) simplify(still_fails, script, create->settings);
    if (auto* set = std::get_if<SetTopic>(&body)) simplify(still_fails, script, set->settings);
    if (auto* publish = std::get_if<Publish>(&body)) simplify(still_fails, script, *publish);
    if (auto* subscribe = std::get_if<Subscribe>(&body)) simplify(still_fails, script, subscribe->wishes);
    if (auto* change = std::get_if<Change>(&body)) simplify(still_fails, script, change->wishes);
    if (auto* open = std::get_if<OpenDurable>(&body)) {
        simplify(still_fails, script, open->wishes);
        try_without(still_fails, script, open->ack_wait, {});
        try_without(still_fails, script, open->deliveries_max, {});
    }
}

void simplify(const Candidate& still_fails, Script& script) {
    for (auto& step : script) {
        try_without(still_fails, script, step.wait, Milliseconds(0));
        try_without(still_fails, script, step.reopen, false);
        try_without(still_fails, script, step.queries, {});
        try_fewer(still_fails, script, step.queries);
        for (auto& action : step.actions) simplify(still_fails, script, action.body);
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

}  // namespace tern::topic_model
