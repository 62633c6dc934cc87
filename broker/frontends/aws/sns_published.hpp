#pragma once

#include <boost/json/object.hpp>

#include "broker/engine/answers.hpp"
#include "broker/frontends/aws/error.hpp"

namespace tern::aws::sns {

/// MessageId and, of a FIFO topic, SequenceNumber with its twenty digits.
boost::json::object published(const engine::PublishResult& result);
/// Why the engine refused a publication.
Error error_of_publication(const engine::PublishResult& result);

}  // namespace tern::aws::sns
