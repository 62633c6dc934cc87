#pragma once

#include "broker/engine/batch.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/topic.hpp"

namespace tern::engine::endpoint_queue {

/// Puts a publication into the hidden queue of an endpoint's subscription: the body that is meant for its protocol, and
/// the extras that go with that. False when the queue is gone.
bool put(Batch& batch, const Topic& topic, const Subscription& subscription, const Published& published);

/// Puts what the endpoint of a removed subscription is told into the farewell queue, which is made if need be.
void put_farewell(Batch& batch, const Topic& topic, const Subscription& subscription, const Publication& farewell);

}  // namespace tern::engine::endpoint_queue
