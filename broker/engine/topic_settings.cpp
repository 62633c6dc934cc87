#include "broker/engine/topic_settings.hpp"

#include <algorithm>

#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr std::string_view topic_fifo_suffix = ".fifo";
constexpr Milliseconds history_age_min = std::chrono::seconds(1);
constexpr std::int64_t history_bytes_min = 65'536;
constexpr std::int64_t publication_bytes_max_min = 1024;

/// The first setting that is out of range; empty when none is.
std::string_view out_of_range(const TopicSettingsChange& wanted) {
    if (wanted.history_age && *wanted.history_age != Milliseconds(0) && *wanted.history_age < history_age_min)
        return "history_ms";
    if (wanted.history_publications && *wanted.history_publications < 0) return "history_publications";
    if (wanted.history_bytes && *wanted.history_bytes != 0 && *wanted.history_bytes < history_bytes_min)
        return "history_bytes";
    if (wanted.publication_bytes_max &&
        (*wanted.publication_bytes_max < publication_bytes_max_min ||
         *wanted.publication_bytes_max > static_cast<std::int64_t>(protocol::publication_bytes_max)))
        return "publication_bytes_max";
    return {};
}

template <class T, class Wanted>
bool differs(const T& setting, const std::optional<Wanted>& wanted) {
    return wanted && static_cast<T>(*wanted) != setting;
}

template <class T, class Wanted>
void take_setting(T& setting, const std::optional<Wanted>& wanted) {
    if (wanted) setting = static_cast<T>(*wanted);
}

}  // namespace

Errc change(TopicSettings& settings, const TopicSettingsChange& wanted, bool is_new, std::string_view& setting) {
    setting = out_of_range(wanted);
    if (!setting.empty()) return Errc::topic_setting_invalid;
    if (!is_new && differs(settings.fifo, wanted.fifo)) return setting = "fifo", Errc::topic_setting_fixed;
    if (!is_new && differs(settings.history, wanted.history)) return setting = "history", Errc::topic_setting_fixed;
    if (wanted.content_based_deduplication.value_or(false) && !wanted.fifo.value_or(settings.fifo))
        return setting = "content_based_deduplication", Errc::topic_setting_invalid;

    take_setting(settings.fifo, wanted.fifo);
    take_setting(settings.content_based_deduplication, wanted.content_based_deduplication);
    take_setting(settings.history, wanted.history);
    take_setting(settings.history_age, wanted.history_age);
    take_setting(settings.history_publications, wanted.history_publications);
    take_setting(settings.history_bytes, wanted.history_bytes);
    take_setting(settings.retained, wanted.retained);
    take_setting(settings.publication_bytes_max, wanted.publication_bytes_max);
    take_setting(settings.presence, wanted.presence);
    return Errc::ok;
}

std::string_view first_difference(const TopicSettings& settings, const TopicSettingsChange& wanted) {
    if (differs(settings.fifo, wanted.fifo)) return "fifo";
    if (differs(settings.content_based_deduplication, wanted.content_based_deduplication))
        return "content_based_deduplication";
    if (differs(settings.history, wanted.history)) return "history";
    if (differs(settings.history_age, wanted.history_age)) return "history_ms";
    if (differs(settings.history_publications, wanted.history_publications)) return "history_publications";
    if (differs(settings.history_bytes, wanted.history_bytes)) return "history_bytes";
    if (differs(settings.retained, wanted.retained)) return "retained";
    if (differs(settings.publication_bytes_max, wanted.publication_bytes_max)) return "publication_bytes_max";
    if (differs(settings.presence, wanted.presence)) return "presence";
    return {};
}

bool valid_topic_name(std::string_view name, bool fifo) {
    if (name.empty() || name.size() > protocol::topic_name_bytes_max || fifo != name.ends_with(topic_fifo_suffix))
        return false;
    if (fifo) name.remove_suffix(topic_fifo_suffix.size());
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
}

}  // namespace tern::engine
