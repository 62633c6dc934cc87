#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/time.hpp"

/// What clients of topics ask for.
namespace tern::simulation {

/// Data is unique, but for the repetition of a publication whose outcome is unknown.
struct PublishedData {
    std::string subject;
    std::string data;
    /// Empty: nobody repeats it.
    std::string deduplication_id;
};
struct PublishRequest {
    std::vector<PublishedData> publications;
};
/// A member of the durable subscription wants what waits.
struct PullRequest {
    std::int64_t messages_max = 1;
};
/// What a member holds until it has acknowledged it.
struct Pushed {
    std::string data;
    std::string handle;
};
struct AcknowledgeRequest {
    std::vector<Pushed> pushed;
};

using TopicRequest = std::variant<PublishRequest, PullRequest, AcknowledgeRequest>;

}  // namespace tern::simulation
