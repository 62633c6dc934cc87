#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tern/publication.hpp"

namespace tern::detail {

/// What has come to a subscriber and was not taken yet.
class WaitingPushes {
public:
    void add(Push push);
    /// Drops the oldest publications until so few bytes wait. A gap in front of the rest tells of them. False when
    /// there is nothing left to drop.
    bool drop_oldest(std::size_t bytes_max, const std::string& epoch);
    std::vector<Push> take(std::size_t pushes_max);
    void clear();

    bool empty() const { return pushes_.empty() && !dropped_; }
    std::size_t bytes() const { return bytes_; }

private:
    void drop(const Publication& publication, const std::string& epoch);

    std::deque<Push> pushes_;
    std::optional<PublicationGap> dropped_;
    std::size_t bytes_ = 0;
};

/// Memory that it takes, about.
std::size_t bytes_of(const Push& push);

}  // namespace tern::detail
