#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/engine/filter_input.hpp"
#include "broker/engine/publication.hpp"
#include "broker/runtime/presence_change.hpp"
#include "broker/runtime/shared_encodings.hpp"

namespace tern::runtime {

/// A publication on its way to the subscribers of one I/O thread, with what they share of the work on it.
class SharedPublication {
public:
    explicit SharedPublication(const engine::Published& published)
        : published_(published),
          filter_input_(published.publication()) {}

    const engine::Published& published() const { return published_; }
    engine::FilterInput& filter_input() { return filter_input_; }
    SharedEncodings& encodings() { return encodings_; }

private:
    const engine::Published& published_;
    engine::FilterInput filter_input_;
    SharedEncodings encodings_;
};

/// A change of presence, likewise.
struct SharedPresenceChange {
    const PresenceChange& change;
    SharedEncodings encodings{};
};

/// One subscription of one session. On its I/O thread.
class PublicationReceiver {
public:
    virtual ~PublicationReceiver() = default;
    /// Each publication whose subject its pattern matches, in order. It may unsubscribe itself and others.
    virtual void on_publication(SharedPublication& publication) = 0;
    virtual void on_presence(SharedPresenceChange& change) = 0;
    /// The topic is gone, and with it this subscription: it was unsubscribed already.
    virtual void on_topic_deleted() = 0;

private:
    friend class TopicSubscribers;
    friend class SubscriberList;

    /// Where it stands, while it is subscribed.
    class SubscriberList* list_ = nullptr;
    std::size_t place_ = 0;
    std::uint32_t topic_ = 0;
};

}  // namespace tern::runtime
