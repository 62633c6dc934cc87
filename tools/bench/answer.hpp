#pragma once

#include <fmt/format.h>

#include "tern_generated.h"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/connection.hpp"

/// What answers must be, whoever asked. Errors: each function throws BenchError when the answer is another.
namespace tern::bench {

/// The body of an answer to a `request` that was not refused.
template <class Answer>
const Answer& body_of(const protocol::wire::Reply& reply, const char* request) {
    if (reply.status() != 0) throw BenchError(refusal(request, reply.status(), reply.message()));
    const auto* answer = reply.body_as<Answer>();
    if (answer == nullptr) throw BenchError(fmt::format("The broker answered something else to a {}.", request));
    return *answer;
}

/// Every entry of a request must have its result, and each must say that it was done; returns how many there are.
template <class Results>
std::size_t check_entries(const Results* results, std::size_t expected, const char* request) {
    const auto count = results == nullptr ? 0 : results->size();
    if (count != expected)
        throw BenchError(fmt::format("A {} of {} entries was answered with {} results.", request, expected, count));
    for (const auto* result : *results)
        if (result->status() != 0) throw BenchError(refusal(request, result->status(), result->message()));
    return count;
}

/// The one result of an append of one batch, which was appended and neither refused nor taken for a repetition.
inline const protocol::wire::AppendResult& appended_in(const protocol::wire::Reply& reply) {
    const auto& answer = body_of<protocol::wire::AppendResults>(reply, "append");
    check_entries(answer.results(), 1, "append");
    const auto& result = *answer.results()->Get(0);
    if (result.duplicate()) throw BenchError("The broker took a new batch for a repetition.");
    return result;
}

}  // namespace tern::bench
