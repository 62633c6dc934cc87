#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "broker/engine/publication.hpp"
#include "broker/frontends/aws/names.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws::sns {

/// The last attribute of what was published directly, for the history keeps no more than attributes: what else was
/// given with it.
engine::PublicationAttribute circumstances(std::string_view subject, bool structured);

/// What was published to telephones, directly or by a subscription: a list a number. The last ones of each kind, for
/// there may be many.
boost::json::object kept_text_messages(const Surroundings& surroundings, const Scope& scope);
/// The same of platform endpoints, by their ARN.
boost::json::object kept_endpoint_messages(const Surroundings& surroundings, const Scope& scope);

}  // namespace tern::aws::sns
