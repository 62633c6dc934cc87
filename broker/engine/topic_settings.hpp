#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"

/// What a topic's owner decides about it (docs/topics.md).
namespace tern::engine {

/// Who is told who is on a topic. Numbers are stored and on the wire.
enum class PresenceMode : std::uint8_t { nobody = 0, subscribers = 1 };

struct TopicSettings {
    /// Fixed when the topic is made, like history.
    bool fifo = false;
    bool content_based_deduplication = false;
    /// Publications are kept in a log on disk; without it offsets are of this run of the broker only, and so is the
    /// epoch.
    bool history = true;
    /// 0: no limit, of all three.
    Milliseconds history_age = std::chrono::hours(24);
    std::uint64_t history_publications = 100'000;
    std::uint64_t history_bytes = 256u << 20;
    /// The last publication of each subject is kept, and given to those who subscribe.
    bool retained = false;
    /// Subject, data and attributes.
    std::uint64_t publication_bytes_max = 262'144;
    PresenceMode presence = PresenceMode::nobody;

    bool operator==(const TopicSettings&) const = default;
};

/// What is given; the rest is the default on creation and stays as it is on a change.
struct TopicSettingsChange {
    std::optional<bool> fifo{};
    std::optional<bool> content_based_deduplication{};
    std::optional<bool> history{};
    std::optional<Milliseconds> history_age{};
    std::optional<std::int64_t> history_publications{};
    std::optional<std::int64_t> history_bytes{};
    std::optional<bool> retained{};
    std::optional<std::int64_t> publication_bytes_max{};
    std::optional<PresenceMode> presence{};
};

/// Errors: topic_setting_invalid, topic_setting_fixed; then `settings` is unchanged and `setting` names the one.
Errc change(TopicSettings& settings, const TopicSettingsChange& wanted, bool is_new, std::string_view& setting);
/// The name of the first setting that is given and differs; empty when there is none.
std::string_view first_difference(const TopicSettings& settings, const TopicSettingsChange& wanted);

/// 1 to 256 of A-Z a-z 0-9 _ -; a FIFO topic's ends in .fifo.
bool valid_topic_name(std::string_view name, bool fifo);

}  // namespace tern::engine
