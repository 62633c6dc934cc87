#include "tools/tern/append/append_records.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "protocol/record_batch.hpp"
#include "tern/producer.hpp"
#include "tools/tern/pipeline.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

using Outcomes = std::vector<Outcome<Appended>>;

Outcomes append_all(Context& context, RecordsToAppend& wanted) {
    auto client_options = context.client_options();
    ProducerOptions options;
    options.compression = wanted.compression;
    options.delivery_timeout = wanted.retry.value_or(milliseconds(0));
    client_options.give_up_after = options.delivery_timeout;
    BlockingClient client(std::move(client_options));
    std::optional<Producer> producer(std::in_place, client.asynchronous(), context.stream(wanted.stream),
                                     std::move(options));
    Pipeline<Appended, std::size_t> on_their_way;
    for (auto& record : wanted.records) {
        on_their_way.add(0, [&](auto token) { producer->send(std::move(record), std::move(token)); });
    }
    Outcomes outcomes;
    while (!on_their_way.empty()) {
        outcomes.push_back(on_their_way.next().outcome);
        // What has gathered behind a connection that is gone fails with it.
        const auto& last = outcomes.back();
        if (!last.has_value() && last.error().is_connection_error()) producer.reset();
    }
    return outcomes;
}

void write_json(Context& context, const Outcomes& outcomes) {
    boost::json::array records;
    boost::json::array failures;
    for (std::size_t index = 0; index < outcomes.size(); ++index) {
        const auto& outcome = outcomes[index];
        if (outcome.has_value()) {
            records.push_back(
                boost::json::object{{"partition", outcome->partition},
                                    {"offset", outcome->offset},
                                    {"appended_at", utc_time(outcome->appended_at.time_since_epoch().count())}});
            continue;
        }
        const auto& error = outcome.error();
        failures.push_back(boost::json::object{
            {"record", index + 1}, {"name", std::string(error.name())}, {"message", std::string(error.sentence())}});
    }
    context.out().write_json(boost::json::object{{"appended", records.size()},
                                                 {"failed", failures.size()},
                                                 {"records", std::move(records)},
                                                 {"failures", std::move(failures)}});
}

ExitCode tell(Context& context, const Outcomes& outcomes) {
    // A single record that is refused is an error like any other, and so is a broker that is gone.
    for (const auto& outcome : outcomes) {
        if (!outcome.has_value() && (outcomes.size() == 1 || outcome.error().is_connection_error()))
            throw outcome.error();
    }
    if (context.json()) write_json(context, outcomes);
    bool failed = false;
    for (std::size_t index = 0; index < outcomes.size(); ++index) {
        const auto& outcome = outcomes[index];
        failed = failed || !outcome.has_value();
        if (!outcome.has_value()) context.note(fmt::format("record {}: {}", index + 1, outcome.error().sentence()));
        if (outcome.has_value() && !context.json()) {
            context.out().write(fmt::format("{}:{}\n", outcome->partition, outcome->offset));
        }
    }
    return failed ? ExitCode::failed : ExitCode::ok;
}

std::string batch_of(const RecordsToAppend& wanted) {
    const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    protocol::BatchBuilder builder;
    builder.begin();
    for (const auto& record : wanted.records) {
        std::vector<protocol::RecordHeader> headers;
        for (const auto& [key, value] : record.headers) headers.push_back({key, value});
        builder.add(record.timestamp.value_or(now).time_since_epoch().count(), record.key, record.value, headers);
    }
    return std::string(builder.finish(wanted.compression, {}));
}

std::uint32_t only_partition_of(Context& context, const StreamName& stream) {
    const auto partitions = context.client().describe_stream(stream).partitions.size();
    if (partitions == 1) return 0;
    throw Failure(ExitCode::usage,
                  fmt::format("{} has {} partitions, each with offsets of its own", stream.name, partitions),
                  "Name the one whose end you expect with --partition N.");
}

}  // namespace

ExitCode append_records(Context& context, RecordsToAppend records) {
    return tell(context, append_all(context, records));
}

ExitCode append_if_at(Context& context, const RecordsToAppend& wanted, std::uint64_t expected_offset) {
    const auto stream = context.stream(wanted.stream);
    const auto named = wanted.records.front().partition;
    const auto partition = named ? *named : only_partition_of(context, stream);
    const auto results = context.client().append(stream, {{partition, batch_of(wanted), expected_offset}});
    const auto& result = results.at(0);
    if (result.status == Status::expected_offset_differs) {
        throw refusal(result.status,
                      fmt::format("partition {} of {} ends at {}, not at {}", partition, wanted.stream,
                                  result.end_offset, expected_offset),
                      wanted.stream);
    }
    if (!result.ok()) throw Error(result.status, result.detail);

    Outcomes outcomes;
    for (std::size_t index = 0; index < wanted.records.size(); ++index) {
        outcomes.emplace_back(Appended{partition, result.base_offset + index, result.appended_at});
    }
    return tell(context, outcomes);
}

}  // namespace tern::cli
