#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/spans.hpp"

/// What publishers asked of topics, and what they and others were told.
namespace tern::crash {

/// One try to publish; a deduplication id allows more than one.
struct PublishAttempt {
    Span span;
    std::optional<std::uint64_t> offset;
};
struct SentPublication {
    std::string topic;
    std::string subject;
    std::string data;
    std::vector<PublishAttempt> attempts;
    /// To the durable subscription.
    std::vector<Span> acknowledgements = {};
};

/// A publication that was pushed to a subscriber, or read from the history, and when first.
struct ShownPublication {
    Position first = never;
    std::string data;
};

struct TopicHistory {
    Span created;
    /// So many publications are kept; 0: all.
    std::uint64_t kept_max = 0;
    /// The last of each subject is kept, too.
    bool retained = false;
    /// The durable subscription to all that is published, if there is one.
    std::optional<Span> durable = {};
    /// The queues that get all that is published, and since when they surely do.
    std::map<std::string, Span> queues;
    /// By offset.
    std::map<std::uint64_t, ShownPublication> shown;
};

}  // namespace tern::crash
