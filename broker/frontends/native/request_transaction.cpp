#include <utility>

#include "broker/frontends/native/request_demands.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

template <class List>
std::size_t count(const List* list) {
    return list ? list->size() : 0;
}

std::size_t entries_in(const wire::Delete& step) {
    return count(step.receipt_handles());
}
std::size_t entries_in(const wire::Send& step) {
    return count(step.messages());
}
std::size_t entries_in(const wire::Append& step) {
    return count(step.entries());
}
std::size_t entries_in(const wire::CommitOffsets& step) {
    return count(step.entries());
}

template <class Steps>
std::size_t entries_in_all(const Steps* steps) {
    std::size_t entries = 0;
    for (std::size_t i = 0; i < count(steps); ++i) {
        entries += entries_in(*steps->Get(static_cast<flatbuffers::uoffset_t>(i)));
    }
    return entries;
}

/// A step without a namespace of its own is in the transaction's. A refusal names the step: "sends[0].messages".
template <class Step, class Command, class Name>
MaybeRefusal read_steps(const wire::Transact& body, std::string_view field,
                        const flatbuffers::Vector<flatbuffers::Offset<Step>>* steps, std::vector<Command>& to,
                        MaybeRefusal (*read)(const Step&, Command&), Name name) {
    to.reserve(count(steps));
    for (std::size_t i = 0; i < count(steps); ++i) {
        const auto& step = *steps->Get(static_cast<flatbuffers::uoffset_t>(i));
        auto& command = to.emplace_back();
        if (auto refusal = read(step, command)) {
            const auto where = std::string(field) + "[" + std::to_string(i) + "]";
            refusal->detail = refusal->detail.empty() ? where : where + "." + refusal->detail;
            return refusal;
        }
        if (view_of(step.namespace_name()).empty()) name(command).namespace_name = text_of(body.namespace_name());
    }
    return std::nullopt;
}

}  // namespace

Demand demand_of(const wire::Transact& body) {
    const auto steps = count(body.deletes()) + count(body.sends()) + count(body.appends()) + count(body.commits());
    if (steps == 0) return Refusal{Errc::transaction_empty, {}};
    if (steps > protocol::transaction_steps_max) return Refusal{Errc::transaction_too_long, {}};
    const auto entries = entries_in_all(body.deletes()) + entries_in_all(body.sends()) +
                         entries_in_all(body.appends()) + entries_in_all(body.commits());
    if (entries > protocol::batch_entries_max) return Refusal{Errc::transaction_too_long, {}};
    if (auto refusal = check_namespace(view_of(body.namespace_name()))) return *refusal;

    engine::Transact command;
    const auto queue = [](auto& step) -> auto& {
        return step.queue;
    };
    const auto stream = [](auto& step) -> auto& {
        return step.stream;
    };
    const auto group = [](auto& step) -> auto& {
        return step.group;
    };
    auto refusal = read_steps(body, "deletes", body.deletes(), command.deletes, read_delete, queue);
    if (!refusal) refusal = read_steps(body, "sends", body.sends(), command.sends, read_send, queue);
    if (!refusal) refusal = read_steps(body, "appends", body.appends(), command.appends, read_append, stream);
    if (!refusal) refusal = read_steps(body, "commits", body.commits(), command.commits, read_commit, group);
    if (refusal) return *refusal;
    return engine::Command(std::move(command));
}

}  // namespace tern::native
