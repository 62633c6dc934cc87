#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/time.hpp"

namespace tern::deliveries {

/// The function by which delays grow from the shortest to the longest in the backoff phase.
enum class Backoff : std::uint8_t { linear, arithmetic, geometric, exponential };

/// When a delivery that failed is tried again (docs/deliveries.md). The defaults are those of SNS.
struct DeliveryPolicy {
    /// Up to 100; the phases below take their share of them in this order: without delay, at the shortest, growing, at
    /// the longest.
    std::uint32_t retries = 3;
    std::uint32_t retries_without_delay = 0;
    std::uint32_t retries_at_min = 0;
    std::uint32_t retries_at_max = 0;
    /// Up to an hour each.
    Milliseconds delay_min = std::chrono::seconds(20);
    Milliseconds delay_max = std::chrono::seconds(20);
    Backoff backoff = Backoff::linear;
    /// Deliveries begun in a second; none: as many as there are places.
    std::optional<std::uint32_t> deliveries_per_second_max{};
    /// Of requests, instead of SNS's own; empty: that.
    std::string content_type{};

    /// How long to wait before a retry, of which the first is 1.
    Milliseconds delay_before_retry(std::uint32_t retry) const;
};

/// Of the texts of the attribute DeliveryPolicy as subscription and topic have it, both perhaps empty. The
/// subscription's goes before the topic's defaults unless the topic forbids that; what is not valid in them counts as
/// not given.
DeliveryPolicy delivery_policy(std::string_view subscription, std::string_view topic);

}  // namespace tern::deliveries
