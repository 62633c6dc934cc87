#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>

/// What the coroutines of sessions and consumers have in common.
namespace tern::detail {

/// Awaits, and gives the error code as a value.
inline constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Before a request that failed is made again.
inline constexpr std::chrono::milliseconds pause_after_an_error{200};

/// For coroutines that end by an exception through a bug of ours alone.
inline void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tern::detail
