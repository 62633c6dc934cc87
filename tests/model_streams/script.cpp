#include "tests/model_streams/script.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "broker/base/overloaded.hpp"

namespace tern::stream_model {
namespace {

std::string number(const char* name, const std::optional<std::int64_t>& value) {
    return value ? fmt::format(" {}={}", name, *value) : std::string();
}

std::string to_string(const engine::StreamSettingsChange& change) {
    std::string out = number("partitions", change.partitions) + number("retention_bytes", change.retention_bytes) +
                      number("record_bytes_max", change.record_bytes_max);
    if (change.retention) out += fmt::format(" retention={}ms", change.retention->count());
    if (change.timestamp_type) out += fmt::format(" timestamps={}", static_cast<int>(*change.timestamp_type));
    return out;
}

std::string member(MemberReference reference) {
    if (reference == 0) return "nobody";
    return reference == unknown_member ? "an unknown member" : fmt::format("member #{}", reference);
}

std::string to_string(const Batch& batch) {
    auto out = fmt::format(" {{partition {} times [{}] {} bytes", batch.partition, fmt::join(batch.timestamps, " "),
                           batch.value_bytes);
    if (batch.compression != protocol::Compression::none)
        out += fmt::format(" compression {}", static_cast<int>(batch.compression));
    if (batch.stamp.allocation == unknown_producer)
        out += " unknown producer";
    else if (batch.stamp.allocation != 0)
        out += fmt::format(" producer #{} epoch {} sequence {}", batch.stamp.allocation, batch.stamp.epoch,
                           batch.stamp.sequence);
    if (batch.expected_offset) out += fmt::format(" expects {}", *batch.expected_offset);
    if (batch.fault != Errc::ok) out += fmt::format(" fault {}", protocol::name_of(batch.fault));
    return out + "}";
}

std::string to_string(const Append& append) {
    std::string out = "append to " + append.stream;
    for (const auto& batch : append.batches) out += to_string(batch);
    return out;
}

std::string to_string(const Commit& commit) {
    auto out = fmt::format("commit {} of {}", commit.group, member(commit.member));
    if (commit.generations_behind != 0) out += fmt::format(" {} generations behind", commit.generations_behind);
    for (const auto& entry : commit.offsets)
        out += fmt::format(" {}/{}={} ({} bytes)", entry.stream, entry.partition, entry.offset, entry.metadata_bytes);
    return out;
}

std::string to_string(const Join& join) {
    auto out = fmt::format("join {} for [{}] strategy {} timeout {} ms", join.group, fmt::join(join.streams, " "),
                           static_cast<int>(join.strategy), join.session_timeout.count());
    if (!join.instance.empty()) out += " instance " + join.instance;
    if (join.member != 0) out += " again as " + member(join.member);
    return out;
}

std::string to_string(const Transaction& transaction) {
    std::string out = "transaction:";
    for (const auto& append : transaction.appends) out += " | " + to_string(append);
    for (const auto& commit : transaction.commits) out += " | " + to_string(commit);
    return out;
}

std::string to_string(const Query& query) {
    if (const auto* find = std::get_if<Find>(&query))
        return fmt::format("find in {} position {} time {} ({} batches not durable)", find->stream,
                           static_cast<int>(find->position), find->time_ms, find->batches_not_durable);
    const auto& fetch = std::get<Fetch>(query);
    auto out = fmt::format("fetch up to {} bytes {} records ({} batches not durable)", fetch.limits.bytes_max,
                           fetch.limits.records_max, fetch.batches_not_durable);
    for (const auto& from : fetch.positions)
        out += fmt::format(" {}/{}@{} up to {} bytes", from.stream, from.partition, from.offset, from.bytes_max);
    return out;
}

}  // namespace

std::string to_string(const Action& action) {
    static constexpr std::array reactions = {"follows", "holds on", "is unaware"};
    const auto what = std::visit(
        Overloaded{
            [](const Create& a) { return "create " + a.stream + to_string(a.settings); },
            [](const Set& a) { return "set " + a.stream + to_string(a.settings); },
            [](const Drop& a) { return "delete stream " + a.stream; },
            [](const Truncate& a) { return fmt::format("truncate {}/{} before {}", a.stream, a.partition, a.before); },
            [](const Append& a) { return to_string(a); },
            [](const Allocate&) { return std::string("allocate a producer"); },
            [](const Join& a) { return to_string(a); },
            [](const Beat& a) {
                return fmt::format("heartbeat in {}: {} {} wait {} ms", a.group, member(a.member),
                                   reactions[static_cast<std::size_t>(a.reaction)], a.wait.count());
            },
            [](const Settle& a) { return "settle " + a.group; },
            [](const Leave& a) { return fmt::format("leave {}: {}", a.group, member(a.member)); },
            [](const Commit& a) { return to_string(a); },
            [](const DropGroup& a) { return "delete group " + a.group; },
            [](const Transaction& a) { return to_string(a); },
        },
        action.body);
    return fmt::format("#{}: {}", action.label, what);
}

std::string to_string(const Script& script) {
    std::string out;
    std::int64_t at = 0;
    for (const auto& step : script) {
        at += step.wait.count();
        out += fmt::format("at +{} ms{}\n", at, step.reopen ? " (engine opened anew)" : "");
        for (const auto& action : step.actions) out += "    " + to_string(action) + "\n";
        for (const auto& query : step.queries) out += "    " + to_string(query) + "\n";
    }
    return out;
}

}  // namespace tern::stream_model
