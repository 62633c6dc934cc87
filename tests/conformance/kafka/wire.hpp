#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/big_endian.hpp"

namespace tern::conformance::kafka {

/// Takes the fields of a Kafka request from its front, up to version 7 or so: before the compact forms. What is cut off
/// reads as zero, and `broken` says so.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    T number() {
        const auto bytes = take(sizeof(T));
        return bytes.size() == sizeof(T) ? protocol::load_big<T>(bytes.data()) : T{};
    }
    /// An absent one reads as empty.
    std::string string() { return std::string(take_length(number<std::int16_t>())); }
    std::string bytes() { return std::string(take_length(number<std::int32_t>())); }

    bool broken = false;

private:
    std::string_view take_length(std::int64_t length) {
        return length < 0 ? std::string_view() : take(static_cast<std::size_t>(length));
    }
    std::string_view take(std::size_t count) {
        if (count > rest_.size()) broken = true;
        const auto taken = broken ? std::string_view() : rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest_;
};

/// Puts the fields of a response one behind the other.
class WireWriter {
public:
    template <class T>
    WireWriter& number(T value) {
        char bytes[sizeof(T)];
        protocol::store_big(bytes, value);
        text.append(bytes, sizeof(T));
        return *this;
    }
    WireWriter& string(std::string_view value) {
        number(static_cast<std::int16_t>(value.size()));
        text += value;
        return *this;
    }
    WireWriter& no_string() { return number(std::int16_t{-1}); }
    WireWriter& bytes(std::string_view value) {
        number(static_cast<std::int32_t>(value.size()));
        text += value;
        return *this;
    }

    std::string text;
};

}  // namespace tern::conformance::kafka
