#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "tern/publication.hpp"
#include "tern/topic.hpp"

/// Topics as `--json` shows them. Durations are milliseconds, moments RFC 3339 in UTC (docs/cli.md).
namespace tern::cli {

/// Publications that a topic keeps.
std::uint64_t publications_of(const TopicDescription& topic);

std::string_view text_of(SubscriptionKind kind);
std::string_view text_of(FilterScope scope);

boost::json::object json_of(const TopicSummary& topic);
boost::json::object json_of(const TopicSettings& settings);
boost::json::object json_of(const TopicDescription& topic);
boost::json::object json_of(const SubscriptionDescription& subscription);
boost::json::object json_of(const PresenceMember& member);
boost::json::object json_of(const Presence& presence);

/// Data that is UTF-8 as it is, other data in base64, which "encoding" tells. What a publication does not have is left
/// out.
boost::json::object json_of(const Publication& publication);
/// What comes to a subscriber: a publication as it is; {"gap": {...}}; {"presence": {...}}.
boost::json::object json_of(const Push& push);

}  // namespace tern::cli
