#include "broker/frontends/native/history_search.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tern::native {

namespace {

constexpr std::size_t stretch_min = 16;
constexpr std::size_t stretch_max = 1'000;
/// What is looked through at once is kept in memory.
constexpr std::uint64_t stretch_bytes_max = 4u << 20;
constexpr std::uint64_t piece_bytes_max = 1u << 20;

std::uint64_t bytes_of(const engine::StoredPublication& stored) {
    std::uint64_t bytes = stored.publication.subject.size() + stored.publication.data.size();
    for (const auto& attribute : stored.publication.attributes) bytes += attribute.name.size() + attribute.value.size();
    return bytes;
}

/// A part of the log that was looked through from its beginning on.
struct Stretch {
    std::vector<engine::StoredPublication> passed;
    std::uint64_t next_offset = 0;
    std::uint64_t bytes = 0;
};

/// Those of [from, to) that pass. Ends early when they are too long, all together, but for a single one.
Result<Stretch> look_through(const HistoryReader& read, std::uint64_t from, std::uint64_t to,
                             const PublicationTest& passes) {
    Stretch stretch;
    stretch.next_offset = from;
    while (stretch.next_offset < to && (stretch.bytes < stretch_bytes_max || to - from == 1)) {
        const auto left = static_cast<std::size_t>(to - stretch.next_offset);
        auto piece = read(stretch.next_offset, {left, piece_bytes_max});
        if (!piece.has_value()) return piece.error();
        for (auto& stored : piece->publications) {
            stretch.bytes += bytes_of(stored);
            if (stored.offset < to && passes(stored)) stretch.passed.push_back(std::move(stored));
        }
        // Retention has been there meanwhile: nothing is left of it.
        if (piece->next_offset <= stretch.next_offset) stretch.next_offset = to;
        stretch.next_offset = std::max(stretch.next_offset, piece->next_offset);
    }
    return stretch;
}

/// Looks for the last publications before an offset, in stretches, since the log is read forwards only.
class SearchBackwards {
public:
    SearchBackwards(const HistoryReader& read, const PublicationTest& passes, std::size_t wanted, FoundInHistory& found)
        : read_(read),
          passes_(passes),
          wanted_(wanted),
          found_(found),
          length_(std::clamp<std::uint64_t>(wanted, stretch_min, stretch_max)) {}

    Errc run() {
        const auto began_at = found_.from_offset;
        while (!full_ && newest_first_.size() < wanted_ && found_.from_offset > found_.start_offset) {
            // Something is looked at in any case: who asks again goes on there.
            const bool long_enough = searched_ >= history_searched_max || bytes_read_ >= history_searched_bytes_max;
            if (long_enough && found_.from_offset < began_at) break;
            if (const auto errc = look_at_one(); errc != Errc::ok) return errc;
        }
        found_.publications.assign(std::make_move_iterator(newest_first_.rbegin()),
                                   std::make_move_iterator(newest_first_.rend()));
        return Errc::ok;
    }

private:
    Errc look_at_one() {
        const auto to = found_.from_offset;
        const auto from = to - std::min(length_, to - found_.start_offset);
        auto here = look_through(read_, from, to, passes_);
        if (!here.has_value()) return here.error();
        bytes_read_ += here->bytes;
        if (here->next_offset < to) {
            // It does not reach the end: so many of this size would.
            const auto fit = (here->next_offset - from) * stretch_bytes_max / here->bytes;
            length_ = std::clamp<std::uint64_t>(fit, 1, (to - from) / 2);
            return Errc::ok;
        }
        searched_ += to - from;
        found_.from_offset = from;
        take_all(here->passed);
        const auto fit = (to - from) * stretch_bytes_max / std::max<std::uint64_t>(here->bytes, 1);
        length_ = std::clamp<std::uint64_t>(std::min(2 * length_, fit), 1, stretch_max);
        return Errc::ok;
    }

    void take_all(std::vector<engine::StoredPublication>& passed) {
        for (auto it = passed.rbegin(); it != passed.rend(); ++it) {
            const auto bytes = bytes_of(*it);
            full_ = newest_first_.size() == wanted_ ||
                    (!newest_first_.empty() && bytes_found_ + bytes > history_found_bytes_max);
            if (full_) break;
            bytes_found_ += bytes;
            newest_first_.push_back(std::move(*it));
        }
        full_ = full_ || newest_first_.size() == wanted_;
        if (full_) found_.from_offset = newest_first_.back().offset;
    }

    const HistoryReader& read_;
    const PublicationTest& passes_;
    const std::size_t wanted_;
    FoundInHistory& found_;
    std::vector<engine::StoredPublication> newest_first_;
    std::uint64_t length_;
    std::uint64_t searched_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_found_ = 0;
    bool full_ = false;
};

}  // namespace

Result<FoundInHistory> find_before(const HistoryReader& read, std::uint64_t before, std::size_t publications_max,
                                   const PublicationTest& passes) {
    const auto bounds = read(behind_the_end, {});
    if (!bounds.has_value()) return bounds.error();
    FoundInHistory found;
    found.start_offset = bounds->start_offset;
    found.end_offset = bounds->end_offset;
    found.from_offset = std::max(found.start_offset, std::min(before, found.end_offset));
    const auto errc = SearchBackwards(read, passes, publications_max, found).run();
    if (errc != Errc::ok) return errc;
    return found;
}

Result<FoundForwards> find_from(const HistoryReader& read, std::uint64_t offset, std::size_t publications_max,
                                const PublicationTest& passes) {
    FoundForwards found;
    found.next_offset = offset;
    std::uint64_t bytes = 0;
    std::size_t searched = 0;
    std::uint64_t bytes_read = 0;
    while (found.publications.size() < publications_max && searched < history_searched_max &&
           bytes_read < history_searched_bytes_max) {
        const auto wanted = std::max<std::size_t>(publications_max - found.publications.size(), 16);
        auto piece = read(found.next_offset, {std::min(wanted, stretch_max), piece_bytes_max});
        if (!piece.has_value()) return piece.error();
        found.start_offset = piece->start_offset;
        found.end_offset = piece->end_offset;
        found.next_offset = piece->next_offset;
        searched += piece->publications.size();
        for (auto& stored : piece->publications) {
            const auto more = bytes_of(stored);
            bytes_read += more;
            if (!passes(stored)) continue;
            const bool full = found.publications.size() == publications_max ||
                              (!found.publications.empty() && bytes + more > history_found_bytes_max);
            if (full) {
                found.next_offset = stored.offset;
                return found;
            }
            bytes += more;
            found.publications.push_back(std::move(stored));
        }
        if (piece->publications.empty() || found.next_offset >= found.end_offset) break;
    }
    return found;
}

}  // namespace tern::native
