#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/bench/load.hpp"
#include "tools/bench/target.hpp"
#include "tools/bench/topic_workload.hpp"

namespace tern::bench {

/// What a publish costs, in microseconds of the broker's time with several under way.
struct FilteredPublish {
    /// With ten filtered queue subscriptions, which all match.
    double few_us = 0;
    /// With many of which ten match.
    double many_us = 0;
};

/// Queue subscriptions with filter policies, on two topics: one has ten, the other many.
class FilteredTopics {
public:
    /// Makes topics, queues and subscriptions. `subscriptions` is a multiple of ten.
    FilteredTopics(Target& target, const TopicWorkload& workload, std::size_t subscriptions);
    ~FilteredTopics();
    FilteredTopics(const FilteredTopics&) = delete;
    FilteredTopics& operator=(const FilteredTopics&) = delete;

    FilteredPublish measure(double seconds);

private:
    void subscribe(const std::string& topic, std::size_t subscriptions);
    double publish_us(const std::string& topic, double seconds);

    Target& target_;
    const TopicWorkload& workload_;
    BenchQueues queues_;
    std::string few_;
    std::string many_;
};

}  // namespace tern::bench
