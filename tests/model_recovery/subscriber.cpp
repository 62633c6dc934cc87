#include "tests/model_recovery/subscriber.hpp"

#include <limits>

namespace tern::recovery_model {

void Subscriber::connect() {
    native::Subscribe wish;
    wish.pattern = wanted_.pattern;
    wish.start = start_;
    if (start_.from == native::StartFrom::time) wish.start.time = now() - Milliseconds(2'000);
    if (next_) wish.start = {.from = native::StartFrom::offset, .offset = *next_, .epoch = epoch_};
    if (!wanted_.colour.empty()) wish.filter_policy = R"({"colour":[")" + wanted_.colour + R"("]})";
    wish.slow_policy = slow_policy_;
    ended_ = false;
    subscribe(std::move(wish));
}

void Subscriber::require_nothing(std::uint64_t from, std::uint64_t to, const char* where) const {
    const auto missed = truth_.first_of(epoch_, wanted_, from, to);
    if (missed) throw Broken(std::string(where) + ": a subscriber is not shown what is at " + std::to_string(*missed));
}

void Subscriber::see(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "subscribed") return see_subscribed(words);
    if (kind == "pub") return see_publication(words);
    if (kind == "gap") return see_gap(words);
    // The topic went while the subscription was made, or later.
    const bool gone = kind == "ended" || line == "refused topic_does_not_exist";
    if (!gone) throw Broken("a subscriber is told: " + line);
    ended_ = true;
}

void Subscriber::see_subscribed(std::istringstream& words) {
    std::string topic, at, rest;
    words >> topic >> at;
    std::getline(words, rest);
    const auto offset = std::stoull(at.substr(1));
    const bool recovered = rest.empty();
    if (next_ && epoch_ != opened_epoch()) {
        if (recovered) throw Broken("a subscriber of another epoch is told that nothing is missing");
        ++tally_.new_epochs;
        next_ = offset;
    } else if (next_) {
        if (recovered ? offset != *next_ : offset < *next_) throw Broken("a subscription does not go on where it was");
        // A gap follows, unless nothing is missing.
    } else {
        next_ = offset;
    }
    epoch_ = opened_epoch();
}

void Subscriber::see_publication(std::istringstream& words) {
    std::string subject, at, data;
    words >> subject >> at >> data;
    const auto offset = std::stoull(at.substr(1));
    if (!next_ || offset < *next_) throw Broken("a subscriber sees " + data + " again, or before it is subscribed");
    require_nothing(*next_, offset, "before the next one");
    // Compared at the end: it is pushed when it is durable, and its publisher may learn of it a moment later.
    seen_.push_back({epoch_, offset, subject, data});
    ++tally_.seen;
    next_ = offset + 1;
}

void Subscriber::see_gap(std::istringstream& words) {
    std::uint64_t from = 0, to = 0;
    std::string word;
    words >> from >> word >> to;
    if (!next_ || to < *next_) throw Broken("a gap of what a subscriber has seen");
    require_nothing(*next_, from, "before a gap");
    next_ = to;
    ++tally_.gaps;
}

void Subscriber::check_level(const std::string& epoch) const {
    if (!next_) throw Broken("a subscriber was never told that it is subscribed");
    if (epoch_ != epoch) throw Broken("a subscriber was not told that its topic has gone, or begun anew");
    require_nothing(*next_, std::numeric_limits<std::uint64_t>::max(), "at the end");
}

void Subscriber::check_seen() const {
    for (const auto& seen : seen_) {
        const auto* entry = truth_.find(seen.epoch, seen.offset);
        // The answer to its publisher may be lost, and its offset is never used again.
        if (entry == nullptr) continue;
        if (entry->data != seen.data || entry->subject != seen.subject)
            throw Broken("a subscriber has seen " + seen.data + " where " + entry->data + " is");
        if (!wanted_.wants(*entry)) throw Broken("a subscriber has seen " + seen.data + ", which it does not want");
    }
}

}  // namespace tern::recovery_model
