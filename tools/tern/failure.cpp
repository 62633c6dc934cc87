#include "tools/tern/failure.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "tools/tern/text/terminal.hpp"
#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

using protocol::Status;

namespace {

std::string hint_about_groups(Status status, const std::string& name) {
    switch (status) {
        case Status::group_does_not_exist:
            return "`tern group list` shows the groups there are; a group comes into being when a member joins it.";
        case Status::group_not_empty:
            return fmt::format("Stop its members first; `tern group show {}` lists them.", name);
        case Status::group_strategy_differs:
            return fmt::format("`tern group show {}` tells which; --strategy names it.", name);
        default: return {};
    }
}

std::string hint_about_topics(Status status, const std::string& name) {
    switch (status) {
        case Status::topic_does_not_exist:
            return fmt::format("`tern topic list` shows the topics there are; `tern topic create {}` makes this one.",
                               name);
        case Status::topic_exists:
            return fmt::format("`tern topic show {}` tells its settings; `tern topic set {}` changes them.", name,
                               name);
        case Status::topic_setting_fixed:
            return fmt::format("Make another topic; `tern topic show {}` tells what this one is like.", name);
        case Status::publication_too_large:
            return fmt::format("`tern topic set {} --publication-bytes-max 16MiB` allows the longest there may be.",
                               name);
        case Status::subscription_does_not_exist:
            return fmt::format("`tern topic subscription list {}` shows those there are.", name);
        case Status::subscription_exists:
            return fmt::format("`tern topic subscription set {} SUBSCRIPTION` changes it.", name);
        case Status::presence_not_enabled: return fmt::format("`tern topic set {} --presence` makes it tell.", name);
        case Status::epoch_differs: return "Begin with --from earliest: what was there before is gone.";
        default: return hint_about_groups(status, name);
    }
}

std::string hint_about_streams(Status status, const std::string& name) {
    switch (status) {
        case Status::stream_does_not_exist:
            return fmt::format(
                "`tern stream list` shows the streams there are; `tern stream create {}` makes this one.", name);
        case Status::stream_exists:
            return fmt::format("`tern stream show {}` tells its settings; `tern stream set {}` changes them.", name,
                               name);
        case Status::partition_does_not_exist:
        case Status::offset_out_of_range:
            return fmt::format("`tern stream show {}` tells its partitions, where they begin and where they end.",
                               name);
        case Status::record_too_large:
            return fmt::format("`tern stream set {} --record-bytes-max 16MiB` allows the longest there may be.", name);
        case Status::expected_offset_differs:
            return fmt::format(
                "Somebody has appended since: look at what is new with `tern stream read {}`, then "
                "expect the new end.",
                name);
        default: return hint_about_topics(status, name);
    }
}

}  // namespace

std::string hint_for(Status status, const std::string& subject) {
    const auto& name = subject.empty() ? "NAME" : subject;
    switch (status) {
        case Status::queue_does_not_exist:
            return fmt::format("`tern queue list` shows the queues there are; `tern queue create {}` makes this one.",
                               name);
        case Status::queue_exists:
            return fmt::format("`tern queue show {}` tells its settings; `tern queue set {}` changes them.", name,
                               name);
        case Status::message_group_id_missing:
            return "Give the message a group: --group ID, or --group-field with --ndjson.";
        case Status::deduplication_id_missing:
            return "Give --deduplication-id ID, or make the queue with --content-deduplication.";
        case Status::storage_full: return "Free some space on the broker's disk; `tern status` shows how much is left.";
        case Status::storage_damaged: return "Run `tern check DIR` on the broker's data folder.";
        case Status::receipt_handle_expired: return "Receive the message again; the new handle can delete it.";
        case Status::message_too_large:
            return fmt::format("`tern queue set {} --message-bytes-max 16MiB` allows the longest there may be.", name);
        case Status::move_source_not_dead_letter:
            return fmt::format("Name where the messages shall go: `tern queue redrive {} --to QUEUE`.", name);
        case Status::move_already_running:
            return fmt::format("`tern queue redrive {} --list` shows it, and `--cancel TASK` stops it.", name);
        case Status::unsupported_version: return "Use the `tern` that came with this broker.";
        case Status::path_invalid:
            return "Name a folder that does not exist yet, by its full path on the broker's machine.";
        default: return hint_about_streams(status, name);
    }
}

Failure refusal(Status status, const std::string& message, const std::string& subject) {
    Failure failure(ExitCode::failed, message.empty() ? std::string(protocol::sentence_of(status)) : message,
                    hint_for(status, subject));
    failure.status = status;
    return failure;
}

Failure unreachable(const std::string& server, const std::string& reason) {
    return {ExitCode::no_connection, fmt::format("cannot reach the broker at {}: {}", server, reason),
            "Is it running? Start it with `ternd`, or name another with --server HOST:PORT or TERN_SERVER."};
}

void report(const Failure& failure, bool json) {
    const std::string what = failure.what();
    if (json) {
        boost::json::object error{{"message", what}, {"exit_code", static_cast<int>(failure.code)}};
        if (!failure.hint.empty()) error["hint"] = failure.hint;
        if (failure.status) {
            error["status"] = static_cast<int>(*failure.status);
            error["name"] = std::string(protocol::name_of(*failure.status));
        }
        const boost::json::object line{{"error", std::move(error)}};
        std::fputs((boost::json::serialize(line) + "\n").c_str(), stderr);
        return;
    }
    const auto style = terminal_of(STDERR_FILENO).style;
    std::fputs((style.red("tern:") + " " + printable(what, true) + "\n").c_str(), stderr);
    if (!failure.hint.empty()) std::fputs((style.dim("  " + failure.hint) + "\n").c_str(), stderr);
}

}  // namespace tern::cli
