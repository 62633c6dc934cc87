#pragma once

#include <memory>

#include "tern/detail/operations.hpp"
#include "tern/detail/subscriber_calls.hpp"

namespace tern::detail {

/// The request of a subscription: hands what comes to its subscriber, if that is still there.
std::unique_ptr<Request> subscription_request(Operation<Subscribed>&& operation, const SubscriberPointer& subscriber);

}  // namespace tern::detail
