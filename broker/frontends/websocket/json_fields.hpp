#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/queue_name.hpp"
#include "broker/frontends/json/json_reader.hpp"
#include "broker/frontends/native/request.hpp"

namespace tern::websocket {

using MaybeRefusal = std::optional<native::Refusal>;

/// Keeps bytes for views of a command that outlives the request's text. Its room is told beforehand.
class Keeper {
public:
    explicit Keeper(std::size_t room) : bytes_(std::make_unique_for_overwrite<char[]>(room)), room_(room) {}

    std::string_view keep(std::string_view bytes);
    std::size_t room() const { return room_; }
    std::unique_ptr<char[]> take() { return std::move(bytes_); }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t room_;
    std::size_t used_ = 0;
};

/// The fields of one object of a request. What is wrong with one becomes the refusal, which names it; then there are no
/// more fields. Where null stands, the field counts as not given.
class Fields {
public:
    /// `place` is put before the names in refusals: "messages[2].".
    Fields(json::Reader& reader, std::string place);

    /// Goes to the next field; false after the last one, or when something was refused.
    bool next();
    const std::string& name() const { return name_; }
    bool is(std::string_view name) const { return name_ == name; }

    // Each reads the value of the field at hand.

    void text(std::string& to);
    void text(std::optional<std::string>& to);
    /// Up to `bytes_max`, or else `too_long`: what is kept while something waits, or looked for, is bounded here.
    void text(std::string& to, std::size_t bytes_max, Errc too_long);
    /// A namespace that clients may name.
    void namespace_name(std::string& to);
    void flag(bool& to);
    /// A whole number from `min` to `max`.
    void number(std::int64_t& to, std::int64_t min, std::int64_t max);
    template <class Number>
    void number(Number& to) {
        std::int64_t value = static_cast<std::int64_t>(to);
        number(value, 0, static_cast<std::int64_t>(number_max<Number>()));
        to = static_cast<Number>(value);
    }
    /// From 0 on; what is too long is the engine's to judge.
    void duration(std::optional<Milliseconds>& to);
    void time(Timestamp& to);
    /// Any value, as its text.
    void value(std::string& to);
    /// An object, as its text.
    void object_text(std::string& to);
    /// Texts, up to `max`.
    void texts(std::vector<std::string>& to, std::size_t max);
    /// If the field is `data`, `base64`, or what is named here for plain text, reads it; false if it is another one.
    bool data(std::string_view plain_name, std::optional<Bytes>& to);
    /// One member after the other of an array: `read` is called with the place of each. True when it was an array.
    template <class Read>
    bool array(Read read) {
        if (!expect(json::Kind::array, "an array is expected") || !reader_.begin_array()) return settle();
        for (std::size_t index = 0; !refusal_ && reader_.next_element(); ++index) {
            read(place_ + name_ + "[" + std::to_string(index) + "].");
        }
        return settle();
    }
    /// For objects within the object.
    std::string place_within() const { return place_ + name_ + "."; }
    json::Kind kind() { return reader_.kind(); }
    json::Reader& reader() { return reader_; }

    void refuse(Errc status, std::string_view what = {});
    /// What is refused there is refused here.
    void take_over(MaybeRefusal refusal) {
        if (!refusal_) refusal_ = std::move(refusal);
    }
    /// The field at hand is none of those known.
    void unknown() { refuse(Errc::request_malformed, "there is no such field"); }
    /// A field that must be there is not.
    void missing(std::string_view name);
    const MaybeRefusal& refusal() const { return refusal_; }

private:
    template <class Number>
    static constexpr std::uint64_t number_max() {
        if constexpr (sizeof(Number) >= 8) return static_cast<std::uint64_t>(INT64_MAX);
        return std::numeric_limits<Number>::max();
    }
    bool seen_before();
    bool expect(json::Kind kind, std::string_view otherwise);
    bool skip_null();
    bool settle();

    json::Reader& reader_;
    const std::string place_;
    std::string name_;
    std::vector<std::string> seen_;
    std::set<std::string> seen_beside_;
    MaybeRefusal refusal_;
};

}  // namespace tern::websocket
