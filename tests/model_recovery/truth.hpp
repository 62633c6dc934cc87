#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "broker/engine/subject.hpp"

/// What subscribers must see (docs/testing.md).
namespace tern::recovery_model {

/// A promise was broken.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Entry {
    std::string subject;
    std::string data;
    std::string colour;

    bool operator==(const Entry&) const = default;
};

/// What a subscription is for.
struct Wanted {
    std::string pattern;
    /// Empty: any.
    std::string colour{};

    bool wants(const Entry& entry) const {
        return engine::matches(pattern, entry.subject) && (colour.empty() || colour == entry.colour);
    }
};

/// What was published, as the publisher was told: by epoch and offset.
class Truth {
public:
    void add(const std::string& epoch, std::uint64_t offset, Entry entry) { epochs_[epoch][offset] = std::move(entry); }
    /// The first offset from `from` up to before `to` of something that is wanted.
    std::optional<std::uint64_t> first_of(const std::string& epoch, const Wanted& wanted, std::uint64_t from,
                                          std::uint64_t to) const {
        const auto known = epochs_.find(epoch);
        if (known == epochs_.end()) return std::nullopt;
        for (auto it = known->second.lower_bound(from); it != known->second.end() && it->first < to; ++it)
            if (wanted.wants(it->second)) return it->first;
        return std::nullopt;
    }
    /// Null when its publisher was not told of it.
    const Entry* find(const std::string& epoch, std::uint64_t offset) const {
        const auto known = epochs_.find(epoch);
        if (known == epochs_.end()) return nullptr;
        const auto entry = known->second.find(offset);
        return entry == known->second.end() ? nullptr : &entry->second;
    }
    /// All that is wanted, whatever its offset.
    std::vector<std::string> all(const Wanted& wanted) const {
        std::vector<std::string> data;
        for (const auto& [epoch, entries] : epochs_)
            for (const auto& [offset, entry] : entries)
                if (wanted.wants(entry)) data.push_back(entry.data);
        return data;
    }

private:
    std::map<std::string, std::map<std::uint64_t, Entry>> epochs_;
};

/// How often what the runs are for has happened.
struct Tally {
    std::uint64_t seen = 0;
    std::uint64_t gaps = 0;
    std::uint64_t new_epochs = 0;
    std::uint64_t crashes = 0;
    std::uint64_t disconnects = 0;
    std::uint64_t pushed = 0;
    std::uint64_t pushed_again = 0;
    std::uint64_t acknowledged = 0;
};

}  // namespace tern::recovery_model
