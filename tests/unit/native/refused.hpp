#pragma once

#include <string>

#include "broker/base/result.hpp"
#include "clients/cpp/source/encode.hpp"

namespace tern::native {

/// A request that must be refused, and how.
struct Refused {
    const char* what;
    std::string frame;
    Errc status;
    /// What the message must name.
    const char* named;
};

/// A request whose body is as `create` makes it.
template <class Body>
std::string frame_with(flatbuffers::Offset<Body> (*create)(detail::Builder&)) {
    detail::Builder builder;
    return detail::frame_of(builder, 1, create(builder));
}

}  // namespace tern::native
