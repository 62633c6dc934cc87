#pragma once

#include <string>
#include <vector>

#include "broker/engine/commands_of_topics.hpp"
#include "tests/model_topics/script.hpp"

namespace tern::topic_model {

/// A filter policy, and by hand what it lets through (docs/filter-policies.md).
struct Filter {
    std::string policy;
    engine::FilterScope scope = engine::FilterScope::attributes;
    bool (*passes)(const Entry& entry) = nullptr;
    /// It is no policy at all: to be refused.
    bool invalid = false;
};

/// The first one is none.
const std::vector<Filter>& filters();
/// Whether the pattern stands for the subject; both are valid.
bool subject_matches(const std::string& pattern, const std::string& subject);
/// What the filters on the body look for.
Bytes sized_data(const std::string& size, const std::string& text);

}  // namespace tern::topic_model
