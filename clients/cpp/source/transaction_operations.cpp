#include <algorithm>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/steps.hpp"
#include "tern/detail/operations.hpp"

/// Several things or none.
namespace tern::detail {

namespace {

template <class Body>
using Offsets = std::vector<flatbuffers::Offset<Body>>;

template <class Body>
flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<Body>>> list(Builder& builder,
                                                                         const Offsets<Body>& offsets) {
    return offsets.empty() ? 0 : builder.CreateVector(offsets);
}

/// Executed twice, it stores what it stores once: deletes and commits are the same when done again.
bool repeatable(const TransactionSteps& steps) {
    const auto sends = std::all_of(steps.sends.begin(), steps.sends.end(), [](const MessagesToSend& step) {
        return std::all_of(step.messages.begin(), step.messages.end(), deduplicated);
    });
    const auto appends = std::all_of(steps.appends.begin(), steps.appends.end(), [](const BatchesToAppend& step) {
        return std::all_of(step.batches.begin(), step.batches.end(), has_producer);
    });
    return sends && appends;
}

Outcome<TransactionResults> read_results(std::string_view reply) {
    const auto body = body_of<wire::TransactionResults>(reply);
    if (!body.has_value()) return body.error();
    TransactionResults results;
    if ((*body)->sends()) {
        for (const auto* step : *(*body)->sends()) results.sends.push_back(send_results_of(*step));
    }
    if ((*body)->appends()) {
        for (const auto* step : *(*body)->appends()) results.appends.push_back(append_results_of(*step));
    }
    return results;
}

}  // namespace

Operation<TransactionResults> transact(Id id, const TransactionSteps& steps) {
    Builder builder(1024);
    Offsets<wire::Delete> deletes;
    for (const auto& step : steps.deletes) deletes.push_back(encode_delete(builder, step.queue, step.receipt_handles));
    Offsets<wire::Send> sends;
    for (const auto& step : steps.sends) {
        sends.push_back(encode_send(builder, step.queue, step.messages.data(), step.messages.size()));
    }
    Offsets<wire::Append> appends;
    for (const auto& step : steps.appends) appends.push_back(encode_append(builder, step.stream, step.batches));
    Offsets<wire::CommitOffsets> commits;
    for (const auto& step : steps.commits) {
        commits.push_back(encode_commit(builder, step.group, step.identity, step.offsets));
    }
    const auto deletes_list = list(builder, deletes);
    const auto sends_list = list(builder, sends);
    const auto appends_list = list(builder, appends);
    const auto commits_list = list(builder, commits);
    // Each step names its own namespace.
    const auto body = wire::CreateTransact(builder, Text(), deletes_list, sends_list, appends_list, commits_list);
    return {id, frame_of(builder, id, body), read_results, repeatable(steps)};
}

}  // namespace tern::detail
