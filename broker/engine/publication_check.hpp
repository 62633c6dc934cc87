#pragma once

#include "broker/base/result.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/topic_settings.hpp"

namespace tern::engine {

/// The first rule that a publication breaks, ok when none (docs/aws.md sns-7, sns-10, sns-11; but a deduplication id is
/// welcome on every topic). An ephemeral one needs neither group nor deduplication id.
Errc check_publication(const TopicName& topic, const TopicSettings& settings, const Publication& publication,
                       bool ephemeral);

}  // namespace tern::engine
