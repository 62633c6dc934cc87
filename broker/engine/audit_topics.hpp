#pragma once

#include <string>
#include <vector>

#include "broker/store/store.hpp"

namespace tern::engine {

/// The part of audit() that is about topics: names, subscriptions with their queues, histories, retained values, and
/// what is left of topics that are gone.
void audit_topics(const store::ReadTransaction& snapshot, std::vector<std::string>& findings);

}  // namespace tern::engine
