#include "broker/frontends/websocket/json_fields.hpp"

#include <algorithm>
#include <cstring>

#include "broker/base/base64.hpp"
#include "broker/base/check.hpp"
#include "broker/frontends/native/request_fields.hpp"

namespace tern::websocket {

std::string_view Keeper::keep(std::string_view bytes) {
    TERN_CHECK(bytes.size() <= room_ - used_);
    char* const to = bytes_.get() + used_;
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    used_ += bytes.size();
    return {to, bytes.size()};
}

Fields::Fields(json::Reader& reader, std::string place) : reader_(reader), place_(std::move(place)) {
    if (reader_.kind() == json::Kind::object) {
        reader_.begin_object();
        return;
    }
    const auto what = place_.empty() ? place_ : place_.substr(0, place_.size() - 1) + ": ";
    refusal_ = native::Refusal{Errc::request_malformed, what + "an object is expected"};
}

bool Fields::next() {
    if (refusal_) return false;
    auto name = reader_.next_field();
    if (!name) {
        name_.clear();
        return settle(), false;
    }
    name_ = std::move(*name);
    if (seen_before()) {
        refuse(Errc::request_malformed, "given twice");
        return false;
    }
    return true;
}

/// Objects are small, but for the headers of a record, of which there may be any number.
bool Fields::seen_before() {
    constexpr std::size_t few = 16;
    if (std::ranges::find(seen_, name_) != seen_.end()) return true;
    if (seen_.size() == few) return !seen_beside_.insert(name_).second;
    seen_.push_back(name_);
    return false;
}

void Fields::refuse(Errc status, std::string_view what) {
    if (refusal_) return;
    auto detail = place_ + name_;
    if (!what.empty()) detail.append(detail.empty() ? "" : ": ").append(what);
    refusal_ = native::Refusal{status, std::move(detail)};
}

void Fields::missing(std::string_view name) {
    if (!refusal_) refusal_ = native::Refusal{Errc::missing_field, place_ + std::string(name)};
}

/// A fault of the text becomes a refusal; true when all is well.
bool Fields::settle() {
    if (reader_.failed()) refuse(Errc::request_malformed, reader_.fault());
    return !refusal_;
}

bool Fields::skip_null() {
    if (refusal_ || reader_.kind() != json::Kind::null) return refusal_.has_value();
    reader_.value();
    settle();
    return true;
}

bool Fields::expect(json::Kind kind, std::string_view otherwise) {
    if (refusal_) return false;
    if (reader_.kind() == kind) return true;
    refuse(Errc::request_malformed, otherwise);
    return false;
}

void Fields::text(std::string& to) {
    if (skip_null() || !expect(json::Kind::string, "a string is expected")) return;
    if (auto text = reader_.string()) to = std::move(*text);
    settle();
}

void Fields::text(std::optional<std::string>& to) {
    if (skip_null()) return;
    text(to.emplace());
}

void Fields::text(std::string& to, std::size_t bytes_max, Errc too_long) {
    text(to);
    if (to.size() > bytes_max) refuse(too_long, "up to " + std::to_string(bytes_max) + " bytes");
}

void Fields::namespace_name(std::string& to) {
    text(to);
    if (auto refusal = native::check_namespace(to)) refuse(refusal->status);
}

void Fields::flag(bool& to) {
    if (skip_null() || !expect(json::Kind::boolean, "true or false is expected")) return;
    if (const auto flag = reader_.boolean()) to = *flag;
    settle();
}

void Fields::number(std::int64_t& to, std::int64_t min, std::int64_t max) {
    if (skip_null() || !expect(json::Kind::number, "a number is expected")) return;
    const auto number = reader_.integer();
    if (!settle()) return;
    if (*number < min || *number > max) {
        return refuse(Errc::request_malformed,
                      "a number from " + std::to_string(min) + " to " + std::to_string(max) + " is expected");
    }
    to = *number;
}

void Fields::duration(std::optional<Milliseconds>& to) {
    if (skip_null()) return;
    std::int64_t ms = 0;
    number(ms, 0, INT64_MAX / 2);
    to = Milliseconds(ms);
}

void Fields::time(Timestamp& to) {
    std::int64_t ms = to.ms();
    number(ms, 0, INT64_MAX / 2);
    to = Timestamp(ms);
}

void Fields::value(std::string& to) {
    if (refusal_) return;
    if (const auto text = reader_.value()) to = *text;
    settle();
}

void Fields::object_text(std::string& to) {
    if (skip_null() || !expect(json::Kind::object, "an object is expected")) return;
    value(to);
}

void Fields::texts(std::vector<std::string>& to, std::size_t max) {
    array([&](const std::string&) {
        if (to.size() == max) return refuse(Errc::batch_too_long);
        if (!expect(json::Kind::string, "strings are expected")) return;
        if (auto text = reader_.string()) to.push_back(std::move(*text));
    });
    if (to.empty()) refuse(Errc::batch_empty);
}

bool Fields::data(std::string_view plain_name, std::optional<Bytes>& to) {
    const bool plain = is(plain_name);
    const bool base64 = is("base64");
    if (!plain && !base64 && !is("data")) return false;
    if (to) {
        refuse(Errc::request_malformed, "the data is given twice");
    } else if (plain) {
        text(to);
    } else if (base64) {
        std::optional<std::string> encoded;
        text(encoded);
        if (encoded) to = decode_base64(*encoded);
        if (encoded && !to) refuse(Errc::request_malformed, "this is not base64");
    } else {
        value(to.emplace());
    }
    return true;
}

}  // namespace tern::websocket
