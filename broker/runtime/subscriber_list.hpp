#pragma once

#include <cstddef>
#include <vector>

#include "broker/runtime/publication_receiver.hpp"

namespace tern::runtime {

/// The receivers of one subject or pattern. May change while it is gone through: who comes meanwhile is not visited,
/// who leaves is not visited any more.
class SubscriberList {
public:
    void add(PublicationReceiver& receiver) {
        receiver.list_ = this;
        receiver.place_ = receivers_.size();
        receivers_.push_back(&receiver);
        ++count_;
    }
    void remove(PublicationReceiver& receiver) {
        receivers_[receiver.place_] = nullptr;
        receiver.list_ = nullptr;
        --count_;
        if (visits_ == 0) close_gap(receiver.place_);
    }
    template <class Visit>
    void for_each(Visit visit) {
        ++visits_;
        const auto end = receivers_.size();
        for (std::size_t i = 0; i < end; ++i) {
            if (receivers_[i]) visit(*receivers_[i]);
        }
        --visits_;
        if (visits_ == 0 && count_ < receivers_.size()) close_gaps();
    }
    std::size_t size() const { return count_; }
    /// Nobody is in it, and nobody goes through it.
    bool unused() const { return count_ == 0 && visits_ == 0; }

private:
    void close_gap(std::size_t place) {
        auto* const last = receivers_.back();
        receivers_.pop_back();
        if (place == receivers_.size()) return;
        receivers_[place] = last;
        last->place_ = place;
    }
    void close_gaps() {
        std::erase(receivers_, nullptr);
        for (std::size_t i = 0; i < receivers_.size(); ++i) receivers_[i]->place_ = i;
    }

    std::vector<PublicationReceiver*> receivers_;
    std::size_t count_ = 0;
    int visits_ = 0;
};

}  // namespace tern::runtime
