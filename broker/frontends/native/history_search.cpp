#include "broker/frontends/native/history_search.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tern::native {

namespace {

constexpr std::size_t stretch_max = 1'000;
constexpr std::uint64_t piece_bytes_max = 1u << 20;

std::uint64_t bytes_of(const engine::StoredPublication& stored) {
    std::uint64_t bytes = stored.publication.subject.size() + stored.publication.data.size();
    for (const auto& attribute : stored.publication.attributes) bytes += attribute.name.size() + attribute.value.size();
    return bytes;
}

/// Those of [from, to) that pass.
Result<FoundForwards> look_through(const HistoryReader& read, std::uint64_t from, std::uint64_t to,
                                   const PublicationTest& passes) {
    FoundForwards found;
    found.next_offset = from;
    while (found.next_offset < to) {
        auto piece = read(found.next_offset, {static_cast<std::size_t>(to - found.next_offset), piece_bytes_max});
        if (!piece.has_value()) return piece.error();
        found.start_offset = piece->start_offset;
        found.end_offset = piece->end_offset;
        for (auto& stored : piece->publications) {
            if (stored.offset < to && passes(stored)) found.publications.push_back(std::move(stored));
        }
        if (piece->next_offset <= found.next_offset) break;
        found.next_offset = piece->next_offset;
    }
    return found;
}

}  // namespace

Result<FoundInHistory> find_before(const HistoryReader& read, std::uint64_t before, std::size_t publications_max,
                                   const PublicationTest& passes) {
    const auto bounds = read(before, {0, 0});
    if (!bounds.has_value()) return bounds.error();
    FoundInHistory found;
    found.start_offset = bounds->start_offset;
    found.end_offset = bounds->end_offset;
    found.from_offset = std::max(found.start_offset, std::min(before, found.end_offset));

    std::vector<engine::StoredPublication> newest_first;
    std::uint64_t bytes = 0;
    std::size_t searched = 0;
    std::size_t stretch = std::max<std::size_t>(publications_max, 16);
    while (newest_first.size() < publications_max && searched < history_searched_max &&
           found.from_offset > found.start_offset) {
        const auto count = std::min<std::uint64_t>({stretch, stretch_max, found.from_offset - found.start_offset});
        auto here = look_through(read, found.from_offset - count, found.from_offset, passes);
        if (!here.has_value()) return here.error();
        searched += count;
        found.from_offset -= count;
        for (auto it = here->publications.rbegin(); it != here->publications.rend(); ++it) {
            const auto more = bytes_of(*it);
            const bool full = newest_first.size() == publications_max ||
                              (!newest_first.empty() && bytes + more > history_found_bytes_max);
            if (full) {
                found.from_offset = newest_first.back().offset;
                publications_max = newest_first.size();
                break;
            }
            bytes += more;
            newest_first.push_back(std::move(*it));
        }
        stretch *= 2;
    }
    if (newest_first.size() == publications_max && !newest_first.empty())
        found.from_offset = newest_first.back().offset;
    found.publications.assign(std::make_move_iterator(newest_first.rbegin()),
                              std::make_move_iterator(newest_first.rend()));
    return found;
}

Result<FoundForwards> find_from(const HistoryReader& read, std::uint64_t offset, std::size_t publications_max,
                                const PublicationTest& passes) {
    FoundForwards found;
    found.next_offset = offset;
    std::uint64_t bytes = 0;
    std::size_t searched = 0;
    while (found.publications.size() < publications_max && searched < history_searched_max) {
        const auto wanted = std::max<std::size_t>(publications_max - found.publications.size(), 16);
        auto piece = read(found.next_offset, {std::min(wanted, stretch_max), piece_bytes_max});
        if (!piece.has_value()) return piece.error();
        found.start_offset = piece->start_offset;
        found.end_offset = piece->end_offset;
        found.next_offset = piece->next_offset;
        searched += piece->publications.size();
        for (auto& stored : piece->publications) {
            if (!passes(stored)) continue;
            const auto more = bytes_of(stored);
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
