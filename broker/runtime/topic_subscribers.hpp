#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/runtime/metrics.hpp"
#include "broker/runtime/pattern_trie.hpp"
#include "broker/runtime/publication_receiver.hpp"
#include "broker/runtime/stream_news.hpp"
#include "broker/runtime/subscriber_counts.hpp"

namespace tern::runtime {

/// The subscribers of topics on one I/O thread; used on that thread, but for watched().
///
/// Why no publication is lost. Whoever wants to subscribe calls begin_watching before it asks for the topic, and
/// subscribes before it reads the history. When publications have become durable the commit thread first says so
/// (DurableEnds), then asks watched(). Both change the same atomic number, as in WaitingFetches: either the commit
/// thread sees that somebody watches and sends the news, which are handled here after the subscriber has subscribed, or
/// all that it did has happened before the subscriber's snapshot begins, and the snapshot holds the publications. What
/// comes both ways is told apart by its offset.
class TopicSubscribers {
public:
    TopicSubscribers(Metrics& metrics, SubscriberCounts& counts) : metrics_(metrics), counts_(counts) {}
    TopicSubscribers(const TopicSubscribers&) = delete;
    TopicSubscribers& operator=(const TopicSubscribers&) = delete;

    void begin_watching() { watchers_.fetch_add(1, std::memory_order_acq_rel); }
    void end_watching() { watchers_.fetch_sub(1, std::memory_order_acq_rel); }
    /// Whether anybody wants to know what was published. From any thread.
    bool watched() { return watchers_.fetch_add(0, std::memory_order_acq_rel) > 0; }

    /// The pattern is valid (engine::valid_pattern). The receiver stays until unsubscribe, and watches meanwhile.
    void subscribe(std::uint32_t topic, std::string_view pattern, PublicationReceiver& receiver);
    void unsubscribe(std::string_view pattern, PublicationReceiver& receiver);

    /// Tells each publication to those whose pattern matches, and the ends of topics.
    void deliver(const StreamNews& news);
    void deliver(std::uint32_t topic, const PresenceChange& change);

private:
    using Topics = std::unordered_map<std::uint32_t, PatternTrie>;

    void end(std::uint32_t topic);
    void forget_unused();

    Metrics& metrics_;
    SubscriberCounts& counts_;
    std::atomic<std::uint64_t> watchers_ = 0;
    Topics topics_;
    bool delivering_ = false;
    /// Left while something was delivered.
    std::vector<std::pair<std::uint32_t, std::string>> left_;
};

}  // namespace tern::runtime
