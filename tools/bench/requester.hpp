#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tern_generated.h"

namespace tern::bench {

/// Kinds of requests that one load can tell apart; what they mean is the requesters' business.
constexpr std::size_t request_kind_count = 3;

/// What is done with by an answer.
struct Done {
    /// Messages, or records.
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
};

/// Who has one request under way at a time, without a socket: it says what to ask next, takes the answer, and checks
/// that the broker did all that was asked.
class Requester {
public:
    virtual ~Requester() = default;

    /// The next request, valid until any requester's next call. Empty when there is nothing more to do; when
    /// `stopping`, a requester comes to the end of what it began first.
    virtual std::string_view next_request(std::uint64_t id, bool stopping) = 0;
    /// Of the request under way.
    virtual std::size_t kind() const = 0;
    /// Errors: throws BenchError when the broker refused the request or any part of it, or answered something else.
    virtual Done take(const protocol::wire::Reply& reply) = 0;
};

/// The requesters that share a connection.
using Requesters = std::vector<std::unique_ptr<Requester>>;

}  // namespace tern::bench
