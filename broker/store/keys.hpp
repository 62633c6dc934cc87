#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "broker/base/bytes.hpp"
#include "broker/base/check.hpp"
#include "broker/store/table.hpp"

namespace tern::store {

/// Builds a key from pieces, without heap: the byte order of two keys made of the same kinds of pieces is the order of
/// their values, piece by piece. Too long a key is our own bug: whoever lets names in bounds them.
class Key {
public:
    // The buffer is left as it is: only the bytes below size_ are ever read.
    Key() {}  // NOLINT
    Key(const Key& other) : size_(other.size_) { std::memcpy(bytes_.data(), other.bytes_.data(), size_); }
    Key& operator=(const Key& other) {
        size_ = other.size_;
        std::memmove(bytes_.data(), other.bytes_.data(), size_);
        return *this;
    }

    Key& u8(std::uint8_t value) { return number(value); }
    Key& u16(std::uint16_t value) { return number(value); }
    Key& u32(std::uint32_t value) { return number(value); }
    Key& u64(std::uint64_t value) { return number(value); }

    /// A text of any length and content that further pieces may follow. It ends with two zero bytes, and a zero byte
    /// within it is followed by 0xFF, so that "a" < "a\0" < "ab" holds whatever comes after.
    Key& text(BytesView text) {
        for (const char byte : text) {
            append(&byte, 1);
            if (byte == '\0') append("\xFF", 1);
        }
        append("\0\0", 2);
        return *this;
    }

    /// Bytes as they are: of fixed length, or the last piece.
    Key& raw(BytesView bytes) {
        append(bytes.data(), bytes.size());
        return *this;
    }

    BytesView view() const { return {bytes_.data(), size_}; }
    std::size_t size() const { return size_; }
    void clear() { size_ = 0; }

private:
    template <class T>
    Key& number(T value) {
        const T big = to_big_endian(value);
        append(reinterpret_cast<const char*>(&big), sizeof big);
        return *this;
    }

    void append(const char* from, std::size_t count) {
        TERN_CHECK(count <= bytes_.size() - size_);
        if (count != 0) std::memcpy(bytes_.data() + size_, from, count);
        size_ += count;
    }

    std::array<char, key_bytes_max> bytes_;
    std::size_t size_ = 0;
};

/// Takes a key apart. Reading past the end, or a text without its end, makes ok() false and yields zeros and empty
/// texts from there on, so that a damaged key is noticed once, at the end.
class KeyReader {
public:
    explicit KeyReader(BytesView key) : rest_(key) {}

    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }

    Bytes text() {
        Bytes text;
        for (std::size_t at = 0; at + 1 < rest_.size(); ++at) {
            const char byte = rest_[at];
            if (byte == '\0' && rest_[at + 1] == '\0') {
                rest_.remove_prefix(at + 2);
                return text;
            }
            if (byte == '\0' && rest_[at + 1] != '\xFF') break;
            if (byte == '\0') ++at;
            text += byte;
        }
        fail();
        return {};
    }

    BytesView raw(std::size_t count) {
        if (count > rest_.size()) return fail(), BytesView();
        const auto piece = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return piece;
    }

    /// What has not been read yet; reads it.
    BytesView rest() { return raw(rest_.size()); }

    bool ok() const { return ok_; }
    /// True when every piece was there and nothing is left.
    bool complete() const { return ok_ && rest_.empty(); }

private:
    template <class T>
    T number() {
        T big = 0;
        const auto piece = raw(sizeof big);
        if (piece.size() == sizeof big) std::memcpy(&big, piece.data(), sizeof big);
        return to_big_endian(big);
    }

    void fail() {
        ok_ = false;
        rest_ = {};
    }

    BytesView rest_;
    bool ok_ = true;
};

}  // namespace tern::store
