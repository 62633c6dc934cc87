#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/engine/filter_buckets.hpp"
#include "broker/engine/filter_policy.hpp"
#include "broker/engine/subject_trie.hpp"

namespace tern::engine {

/// The subscriptions of one topic, and which of them a publication is for. Does not try each: a subscription is filed
/// under a subject, or under values of which one must be there for its policy to match, whichever promises to be found
/// in vain least often. One thread at a time.
class FilterIndex {
public:
    struct Subscription {
        /// Valid, or empty: every subject.
        std::string pattern;
        /// Nothing: every publication.
        std::shared_ptr<const FilterPolicy> policy;
    };

    /// The number is not in use.
    void add(std::uint64_t number, Subscription subscription);
    /// Nothing happens when there is no such number.
    void remove(std::uint64_t number);
    std::size_t size() const { return subscriptions_.size(); }

    /// Numbers of the subscriptions whose pattern the subject matches and whose policy lets the publication pass, in
    /// order. Good until the next call.
    const std::vector<std::uint64_t>& match(std::string_view subject, FilterInput& input);
    const std::vector<std::uint64_t>& match(const Publication& publication);

    /// How many policies all calls of match have tried.
    std::uint64_t policies_tried() const { return policies_tried_; }

private:
    enum class Place { everywhere, subject, attributes, body };
    struct Entry {
        Subscription subscription;
        Place place = Place::everywhere;
        std::vector<filter::Probe> probes;
    };

    filter::FilterBuckets& buckets(Place place) { return place == Place::body ? in_body_ : in_attributes_; }
    void choose_place(Entry& entry) const;
    bool matches(const Entry& entry, std::string_view subject, FilterInput& input);

    std::unordered_map<std::uint64_t, Entry> subscriptions_;
    /// Those that every publication must be tried on.
    filter::Bucket everywhere_;
    SubjectTrie<filter::Bucket> by_subject_;
    filter::FilterBuckets in_attributes_{FilterScope::attributes};
    filter::FilterBuckets in_body_{FilterScope::body};
    std::uint64_t policies_tried_ = 0;
    /// Reused from call to call.
    filter::Bucket found_;
};

}  // namespace tern::engine
