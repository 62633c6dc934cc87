#include "tests/crash/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace tern::crash {
namespace {

constexpr std::size_t sector_bytes = 512;

bool changes_file(Event event) {
    return event == Event::write || event == Event::allocate || event == Event::truncate;
}

void write_file(const std::string& path, const std::string& bytes, std::uint64_t length) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = file >= 0 && ::ftruncate(file, static_cast<off_t>(length)) == 0;
    const auto size = std::min<std::uint64_t>(bytes.size(), length);
    for (std::uint64_t at = 0; done && at < size;) {
        const auto written = ::pwrite(file, bytes.data() + at, size - at, static_cast<off_t>(at));
        done = written > 0;
        at += static_cast<std::uint64_t>(std::max<ssize_t>(written, 0));
    }
    if (file >= 0) ::close(file);
    if (!done) throw std::runtime_error("cannot write the image " + path);
}

}  // namespace

const char* name_of(Survival survival) {
    switch (survival) {
        case Survival::none: return "no unconfirmed write";
        case Survival::all: return "every unconfirmed write";
        case Survival::some: return "some unconfirmed writes";
        case Survival::torn: return "some sectors of unconfirmed writes";
    }
    return "";
}

void Disk::advance(Position position) {
    for (; position_ < position; ++position_) {
        const auto& record = trace_[position_].record;
        if (changes_file(record.event)) {
            exists_ = true;
            unconfirmed_.push_back(position_);
        }
        if (record.event == Event::flush_returned) confirm(record.call);
        if (record.event == Event::rename) name_ = Name::given;
        if (record.event == Event::folder_flushed && name_ == Name::given) name_ = Name::durable;
    }
}

/// A flush covers what was written before it was called, not what others wrote while it ran.
void Disk::confirm(std::uint64_t call) {
    const auto covered = [&](Position at) { return trace_[at].record.call <= call; };
    for (const auto at : unconfirmed_) {
        if (covered(at)) apply(trace_[at], durable_);
    }
    std::erase_if(unconfirmed_, covered);
}

void Disk::apply(const TraceEntry& entry, Content& content) {
    const auto& [record, payload] = entry;
    if (record.event == Event::truncate) {
        content.length = record.offset;
        if (content.bytes.size() > content.length) content.bytes.resize(content.length);
        return;
    }
    if (record.event == Event::allocate) {
        content.length = std::max(content.length, record.offset);
        return;
    }
    const auto end = record.offset + payload.size();
    if (content.bytes.size() < end) content.bytes.resize(end);
    content.length = std::max<std::uint64_t>(content.length, end);
    std::ranges::copy(payload, content.bytes.begin() + static_cast<std::ptrdiff_t>(record.offset));
}

void Disk::apply_torn(const TraceEntry& entry, Content& content, RandomSource& random) {
    auto bits = random.next();
    for (std::size_t at = 0, sector = 0; at < entry.payload.size(); at += sector_bytes, ++sector) {
        if (sector % 64 == 63) bits = random.next();
        if (((bits >> (sector % 64)) & 1) == 0) continue;
        TraceEntry piece = entry;
        piece.record.offset += at;
        piece.payload = entry.payload.substr(at, sector_bytes);
        apply(piece, content);
    }
}

void Disk::write_image(const std::string& folder, Survival survival, RandomSource& random) const {
    auto content = durable_;
    // Few or many of them get through, not always about half.
    const auto share = random.next() % 101;
    for (const auto at : unconfirmed_) {
        const auto& entry = trace_[at];
        if (survival == Survival::none) break;
        if (survival != Survival::all && random.next() % 101 >= share) continue;
        const bool torn = survival == Survival::torn && entry.record.event == Event::write && random.next() % 2 == 0;
        torn ? apply_torn(entry, content, random) : apply(entry, content);
    }
    if (!exists_) return;
    const bool named = name_ == Name::durable || (name_ == Name::given && random.next() % 2 == 0);
    write_file(folder + (named ? "/tern.mdb" : "/tern.mdb.new"), content.bytes, content.length);
}

}  // namespace tern::crash
