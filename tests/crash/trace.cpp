#include "tests/crash/trace.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tern::crash {

Trace::Trace(const std::string& file) {
    std::ifstream input(file, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(input), {});
    std::string_view rest = bytes_;
    while (rest.size() >= sizeof(Record)) {
        Record record;
        std::memcpy(&record, rest.data(), sizeof record);
        // A call on its way through several pieces says how much it was given, a receive how much it got.
        if (rest.size() - sizeof record < record.bytes) break;
        entries_.push_back({record, rest.substr(sizeof record, record.bytes)});
        rest.remove_prefix(sizeof record + record.bytes);
    }
    if (entries_.empty()) throw std::runtime_error("the trace " + file + " is empty: was the recorder loaded?");
    if (count(Event::unseen) > 0)
        throw std::runtime_error("the data file was changed through a mapping: this method cannot judge that");
}

std::size_t Trace::count(Event event) const {
    return static_cast<std::size_t>(
        std::ranges::count(entries_, event, [](const TraceEntry& entry) { return entry.record.event; }));
}

}  // namespace tern::crash
