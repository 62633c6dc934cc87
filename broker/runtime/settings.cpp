#include "broker/runtime/settings.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "broker/runtime/setting_kinds.hpp"

namespace tern::runtime {

using namespace setting_kinds;

namespace {

constexpr Range up_to_a_billion = {1, 1'000'000'000};

std::vector<SettingRow> make_rows() {
    auto process = std::vector<SettingRow>{
        {"data", "DIR", "the folder that holds everything; made when it is not there", "the path of a folder",
         [](Settings& settings, std::string_view text) {
             settings.data = text;
             return !text.empty();
         },
         [](const Settings& settings) { return in_quotes(settings.data); }},
        address(
            "listen", "where native clients connect", [](Settings & s) -> auto& { return s.listen; }),
        address(
            "http", "where HTTP and WebSockets are served", [](Settings & s) -> auto& { return s.http; }),
        aws_listen(),
        flag(
            "allow-insecure", "serve other machines although nobody has to prove who they are",
            [](Settings & s) -> auto& { return s.allow_insecure; }),
        {"start-file", "FILE", "queues, topics and subscriptions that are there once the broker is ready (TOML)",
         "the path of a file",
         [](Settings& settings, std::string_view text) {
             settings.start_file = text;
             return true;
         },
         [](const Settings& settings) { return in_quotes(settings.start_file); }},
        choice<LogLevel>(
            "log-level", "the least important lines to write",
            {{"debug", LogLevel::debug},
             {"info", LogLevel::info},
             {"warning", LogLevel::warning},
             {"error", LogLevel::error},
             {"critical", LogLevel::critical},
             {"off", LogLevel::off}},
            [](Settings & s) -> auto& { return s.log_level; }),
        choice<LogFormat>(
            "log-format", "lines for people or for machines", {{"text", LogFormat::text}, {"json", LogFormat::json}},
            [](Settings & s) -> auto& { return s.log_format; }),
        bytes(
            "storage-bytes-max", "the data file never grows beyond this", {64u << 20, 1ull << 46},
            [](Settings & s) -> auto& { return s.store.map_bytes_max; }),
        bytes(
            "storage-reserve-bytes", "kept on disk ahead, so that a full disk never stops deletes",
            {16u << 20, 1ull << 34}, [](Settings & s) -> auto& { return s.store.reserve_bytes; }),
        number(
            "io-threads", "threads that serve connections", {1, 64},
            [](Settings & s) -> auto& { return s.io_threads; }),
        number(
            "connections-max", "native connections at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.connections_max; }),
        number(
            "http-connections-max", "HTTP connections at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.http_connections_max; }),
        allowed_origins(),
        allowed_hosts(),
        aws_account(),
        aws_region(),
        bytes(
            "sqs-message-bytes-max", "bytes in one message that comes by SQS's API", {1024, 4u << 20},
            [](Settings & s) -> auto& { return s.sqs_message_bytes_max; }),
        bytes(
            "sqs-batch-bytes-max", "bytes in all messages of one SendMessageBatch", {1024, 4u << 20},
            [](Settings & s) -> auto& { return s.sqs_batch_bytes_max; }),
        number(
            "sqs-batch-entries-max", "entries in one batch of SQS's API", {1, 1000},
            [](Settings & s) -> auto& { return s.sqs_batch_entries_max; }),
        sns_certificate_url(),
        delivery_hosts(),
        delivery_ca_file(),
        seconds(
            "delivery-patience-seconds", "how long an endpoint may take to be connected, and again to have answered",
            {1, 300}, [](Settings & s) -> auto& { return s.delivery_patience; }),
        number(
            "deliveries-per-endpoint-max", "requests at once to one HTTP or HTTPS endpoint of a topic", {1, 1000},
            [](Settings & s) -> auto& { return s.deliveries_per_endpoint_max; }),
        number(
            "deliveries-max", "requests at once to all such endpoints", {1, 100'000},
            [](Settings & s) -> auto& { return s.deliveries_max; }),
        number(
            "websocket-connections-max", "WebSockets at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.websocket_connections_max; }),
        bytes(
            "websocket-message-bytes-max", "bytes in one message that comes over a WebSocket",
            {1024, protocol::frame_bytes_max}, [](Settings & s) -> auto& { return s.websocket_message_bytes_max; }),
        number(
            "websocket-requests-per-second-max", "requests a second from one WebSocket; 0 for no limit",
            {0, 1'000'000'000}, [](Settings & s) -> auto& { return s.websocket_requests_per_second_max; }),
        number(
            "connections-per-address-max", "connections at once from one address: native, HTTP, WebSockets, each",
            up_to_a_billion, [](Settings & s) -> auto& { return s.connections_per_address_max; }),
        number(
            "mailbox-commands-max", "commands that may wait for the commit thread", {1, 10'000'000},
            [](Settings & s) -> auto& { return s.mailbox.commands_max; }),
        bytes(
            "mailbox-bytes-max", "bytes that may wait for the commit thread", {1u << 20, 1ull << 36},
            [](Settings & s) -> auto& { return s.mailbox.bytes_max; }),
        number(
            "batch-commands-max", "commands in one commit", {1, 100'000},
            [](Settings & s) -> auto& { return s.mailbox.batch_commands_max; }),
        bytes(
            "batch-bytes-max", "bytes in one commit", {1u << 16, 1ull << 30},
            [](Settings & s) -> auto& { return s.mailbox.batch_bytes_max; }),
        number(
            "queues-max", "queues in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.queues_max; }),
        number(
            "in-flight-max-standard", "messages in flight in one standard queue", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.in_flight_max_standard; }),
        number(
            "in-flight-max-fifo", "messages in flight in one FIFO queue", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.in_flight_max_fifo; }),
        number(
            "waiting-receives-max", "long polls that may wait at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.waiting_receives_max; }),
        number(
            "streams-max", "streams in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.streams_max; }),
        number(
            "groups-max", "consumer groups in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.groups_max; }),
        number(
            "topics-max", "topics in this broker", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.topics_max; }),
        number(
            "subscriptions-per-topic-max", "queue and durable subscriptions of one topic", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.subscriptions_per_topic_max; }),
        number(
            "retained-subjects-per-topic-max", "subjects of which one topic keeps the last values", up_to_a_billion,
            [](Settings & s) -> auto& { return s.engine.retained_subjects_per_topic_max; }),
        choice<bool>(
            "topics-made-by-use", "whether publishing or subscribing to a topic that does not exist makes it",
            {{"yes", true}, {"no", false}}, [](Settings & s) -> auto& { return s.engine.topics_made_by_use; }),
        number(
            "waiting-fetches-max", "fetches that may wait for records at once", up_to_a_billion,
            [](Settings & s) -> auto& { return s.waiting_fetches_max; }),
        bytes(
            "push-bytes-max", "bytes that wait for a session to read them; then its subscriptions are too slow",
            {16u << 10, 1u << 30}, [](Settings & s) -> auto& { return s.push_bytes_max; }),
        seconds(
            "producer-expiry-seconds", "a producer that was silent for so long is forgotten", {60, 1'000'000'000},
            [](Settings & s) -> auto& { return s.engine.producer_expiry; }),
        seconds(
            "group-offsets-retention-seconds", "offsets of a group without members are kept so long",
            {60, 1'000'000'000}, [](Settings & s) -> auto& { return s.engine.group_offsets_retention; }),
        bytes(
            "receive-answer-bytes-max", "bytes in the answer to one receive; it always holds a message",
            {1u << 20, 19u << 20}, [](Settings & s) -> auto& { return s.engine.receive_answer_bytes_max; }),
        number(
            "due-work-per-batch", "expiries, redrives and the like done in one commit", {2, 100'000},
            [](Settings & s) -> auto& { return s.engine.due_work_per_batch; }),
        flag(
            "delay-after-delete", "as SQS: a deleted queue's name is free again after 60 seconds only",
            [](Settings & s) -> auto& { return s.engine.delay_after_delete; }),
        flag(
            "delay-after-purge", "as SQS: one purge of a queue in 60 seconds only",
            [](Settings & s) -> auto& { return s.engine.delay_after_purge; }),
    };
    return process;
}

}  // namespace

bool ListenAddress::is_loopback() const {
    return boost::asio::ip::make_address(host).is_loopback();
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_number(text.substr(colon + 1));
    if (!port || *port > 65'535) return std::nullopt;

    auto host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    if (error || address.is_v6() != bracketed) return std::nullopt;
    return ListenAddress{address.to_string(), static_cast<std::uint16_t>(*port)};
}

std::string to_string(const ListenAddress& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string SettingRow::environment_variable() const {
    std::string variable = "TERN_";
    for (const char c : name)
        variable += c == '-' ? '_' : static_cast<char>(c - ('a' <= c && c <= 'z' ? 'a' - 'A' : 0));
    return variable;
}

std::string SettingRow::key() const {
    std::string key(name);
    std::ranges::replace(key, '-', '_');
    return key;
}

std::span<const SettingRow> setting_rows() {
    static const auto rows = make_rows();
    return rows;
}

}  // namespace tern::runtime
