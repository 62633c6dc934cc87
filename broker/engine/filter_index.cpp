#include "broker/engine/filter_index.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/engine/filter_index_plan.hpp"
#include "broker/engine/subject.hpp"

namespace tern::engine {
namespace {

// A pattern with a wildcard is found by more subjects than one: guessed as for other kinds of probes.
std::size_t pattern_cost(std::string_view pattern, const filter::Bucket* bucket) {
    const std::size_t subscriptions = bucket ? bucket->size() : 0;
    return has_wildcard(pattern) ? 16 + 4 * subscriptions : 1 + subscriptions;
}

}  // namespace

void FilterIndex::choose_place(Entry& entry) const {
    const auto& [pattern, policy] = entry.subscription;
    std::optional<filter::IndexPlan> plan;
    if (policy) plan = plan_of(*policy, policy->scope() == FilterScope::body ? in_body_ : in_attributes_);
    const bool by_subject =
        !pattern.empty() && (!plan || pattern_cost(pattern, by_subject_.find(pattern)) <= plan->cost);
    if (by_subject) {
        entry.place = Place::subject;
    } else if (plan) {
        entry.place = policy->scope() == FilterScope::body ? Place::body : Place::attributes;
        entry.probes = std::move(plan->probes);
    }
}

void FilterIndex::add(std::uint64_t number, Subscription subscription) {
    const auto [at, added] = subscriptions_.try_emplace(number);
    TERN_CHECK(added);
    auto& entry = at->second;
    entry.subscription = std::move(subscription);
    choose_place(entry);
    switch (entry.place) {
        case Place::everywhere: filter::insert(everywhere_, number); break;
        case Place::subject: filter::insert(by_subject_[entry.subscription.pattern], number); break;
        case Place::attributes:
        case Place::body:
            for (const auto& probe : entry.probes) buckets(entry.place).insert(probe, number);
    }
}

void FilterIndex::remove(std::uint64_t number) {
    const auto at = subscriptions_.find(number);
    if (at == subscriptions_.end()) return;
    const auto& entry = at->second;
    switch (entry.place) {
        case Place::everywhere: filter::erase(everywhere_, number); break;
        case Place::subject:
            filter::erase(by_subject_[entry.subscription.pattern], number);
            by_subject_.prune(entry.subscription.pattern);
            break;
        case Place::attributes:
        case Place::body:
            for (const auto& probe : entry.probes) buckets(entry.place).erase(probe, number);
    }
    subscriptions_.erase(at);
}

bool FilterIndex::matches(const Entry& entry, std::string_view subject, FilterInput& input) {
    const auto& [pattern, policy] = entry.subscription;
    if (entry.place != Place::subject && !pattern.empty() && !engine::matches(pattern, subject)) return false;
    if (!policy) return true;
    ++policies_tried_;
    return policy->matches(input);
}

const std::vector<std::uint64_t>& FilterIndex::match(std::string_view subject, FilterInput& input) {
    found_ = everywhere_;
    by_subject_.each_match(
        subject, [&](const filter::Bucket& bucket) { found_.insert(found_.end(), bucket.begin(), bucket.end()); });
    in_attributes_.collect(input, found_);
    in_body_.collect(input, found_);

    // Found twice is tried once.
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    const auto fails = [&](std::uint64_t number) { return !matches(subscriptions_.at(number), subject, input); };
    found_.erase(std::remove_if(found_.begin(), found_.end(), fails), found_.end());
    return found_;
}

const std::vector<std::uint64_t>& FilterIndex::match(const Publication& publication) {
    FilterInput input(publication);
    return match(publication.subject, input);
}

}  // namespace tern::engine
