#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "broker/base/bytes.hpp"

/// Writes and reads rows whose parts vary in length: integers little-endian, texts behind a 32-bit length. Rows grow at
/// their end only: a reader that finds no more bytes keeps its defaults.
namespace tern::engine {

class FieldWriter {
public:
    template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>) FieldWriter& operator()(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    FieldWriter& operator()(BytesView text) {
        (*this)(static_cast<std::uint32_t>(text.size()));
        bytes_.append(text);
        return *this;
    }
    FieldWriter& operator()(const std::string& text) { return (*this)(BytesView(text)); }

    Bytes take() { return std::move(bytes_); }

private:
    Bytes bytes_;
};

class FieldReader {
public:
    explicit FieldReader(BytesView bytes) : rest_(bytes) {}

    template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>) FieldReader& operator()(T& value) {
        const auto part = take(sizeof(T));
        if (part.size() == sizeof(T)) std::memcpy(&value, part.data(), sizeof(T));
        return *this;
    }
    /// A damaged byte may hold anything, a bool may not.
    FieldReader& operator()(bool& value) {
        std::uint8_t byte = value ? 1 : 0;
        (*this)(byte);
        value = byte != 0;
        return *this;
    }
    FieldReader& operator()(std::string& text) {
        std::uint32_t size = 0;
        (*this)(size);
        text = std::string(take(size));
        return *this;
    }

    bool at_end() const { return rest_.empty(); }
    /// False once a field reached past the end.
    bool sound() const { return sound_; }

private:
    BytesView take(std::size_t size) {
        if (rest_.empty() && size > 0) return {};
        if (size > rest_.size()) {
            sound_ = false;
            rest_ = {};
            return {};
        }
        const auto part = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return part;
    }

    BytesView rest_;
    bool sound_ = true;
};

}  // namespace tern::engine
