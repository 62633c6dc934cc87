#include "tools/bench/publication_mark.hpp"

namespace tern::bench {

namespace {

constexpr std::string_view mark_digits = "0123456789abcdef";

}  // namespace

std::string marked_data(std::size_t bytes) {
    std::string data(publication_mark);
    data.append(mark_time_bytes, '0');
    // Text that is no JSON, so that it is pushed as text.
    while (data.size() < bytes) data += static_cast<char>('a' + data.size() % 26);
    return data;
}

void write_mark_time(char* digits, Instant moment) {
    auto nanoseconds = static_cast<std::uint64_t>(moment.time_since_epoch().count());
    for (std::size_t i = mark_time_bytes; i-- > 0; nanoseconds >>= 4) digits[i] = mark_digits[nanoseconds & 0xF];
}

Instant read_mark_time(const char* digits) {
    std::uint64_t nanoseconds = 0;
    for (std::size_t i = 0; i < mark_time_bytes; ++i) {
        const auto digit = static_cast<unsigned char>(digits[i]);
        nanoseconds = nanoseconds << 4 | (digit > '9' ? digit - 'a' + 10u : digit - '0' + 0u);
    }
    return Instant(Clock::duration(static_cast<Clock::rep>(nanoseconds)));
}

}  // namespace tern::bench
