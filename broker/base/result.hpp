#pragma once

#include <boost/system/result.hpp>
#include <exception>

#include "protocol/status.hpp"

namespace tern {

/// Why a request was refused: the protocol's own numbers, so that nothing is translated on the way out.
using Errc = protocol::Status;

/// What a result throws when its value is asked for although it holds an error: our own bug.
struct BadResult : std::exception {
    explicit BadResult(Errc errc) : errc(errc) {}
    const char* what() const noexcept override { return protocol::sentence_of(errc).data(); }
    Errc errc;
};

/// A value, or the reason why there is none. Use only has_value, value, error, * and ->.
template <class T>
using Result = boost::system::result<T, Errc>;

}  // namespace tern

namespace tern::protocol {

[[noreturn]] inline void throw_exception_from_error(Status status, const boost::source_location&) {
    throw BadResult(status);
}

}  // namespace tern::protocol
