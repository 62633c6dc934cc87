#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tern_generated.h"
#include "tests/crash/history.hpp"

namespace tern::crash {

namespace wire = protocol::wire;

/// Reads commands on streams and consumer groups, and what fetches were answered, into the history.
class StreamNotes {
public:
    explicit StreamNotes(History& history) : history_(history) {}

    /// `reply` is null, or an answer without a refusal. Commands on other things are not looked at.
    void note(const wire::Request& request, const wire::Reply* reply, Span span);

    /// These may also be steps of a transaction. The contents of the batches; what was committed.
    std::vector<std::string> on_append(const wire::Append& append, const wire::AppendResults* answer, Span span);
    std::vector<std::pair<OffsetKey, std::int64_t>> on_commit(const wire::CommitOffsets& commit,
                                                              const wire::EntryResults* answer, Span span);

private:
    void on_create(const wire::CreateStream& create, Span span);
    void on_truncate(const wire::TruncateStream& truncate, Span span);
    void on_fetch(const wire::Fetch& fetch, const wire::FetchResults& answer, Span span);
    void on_batches(PartitionHistory& partition, std::string_view batches, Position at);
    void on_assignment(GroupHistory& group, const wire::GroupAssignment& answer, Span span);

    History& history_;
};

}  // namespace tern::crash
