#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/runtime/access_keys.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/mailbox.hpp"
#include "broker/store/lmdb_store.hpp"
#include "protocol/limits.hpp"

namespace tern::runtime {

/// Where to listen: an address of this machine, never a name that would have to be looked up.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;

    /// True when other machines cannot reach it.
    bool is_loopback() const;
};

/// "HOST:PORT", an IPv6 host in brackets; "localhost" is 127.0.0.1. Nothing when it is none of these.
std::optional<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

/// Everything that an operator decides (docs/configuration.md).
struct Settings {
    std::string data;
    ListenAddress listen{"127.0.0.1", 4565};
    ListenAddress http{"127.0.0.1", 4566};
    /// Further addresses, for AWS requests and health alone.
    std::vector<ListenAddress> aws_listen;
    /// From the configuration file only; without any, AWS requests need no signature.
    AccessKeys access_keys;
    bool allow_insecure = false;
    /// Empty: none.
    std::string start_file;
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
    std::uint64_t io_threads = 1;
    std::uint64_t connections_max = 10'000;
    std::uint64_t connections_per_address_max = 20'000;
    std::uint64_t http_connections_max = 10'000;
    std::vector<std::string> http_allowed_origins;
    /// Of the AWS front end, which also lets in what other names a machine of one's own has.
    std::vector<std::string> http_allowed_hosts;
    std::string aws_account = "000000000000";
    std::string aws_region = "us-east-1";
    std::uint64_t sqs_message_bytes_max = 1'048'576;
    std::uint64_t sqs_batch_bytes_max = 1'048'576;
    std::uint64_t sqs_batch_entries_max = 10;
    /// Machines, besides this one, to which HTTP and HTTPS endpoints of topics are delivered (docs/deliveries.md).
    std::vector<std::string> delivery_hosts;
    /// Of the authorities whose certificates https endpoints have; empty: the system's.
    std::string delivery_ca_file;
    /// Before the certificate's path in SigningCertURL; empty: the address that the publisher used.
    std::string sns_certificate_url;
    Milliseconds delivery_patience = std::chrono::seconds(15);
    std::uint64_t deliveries_per_endpoint_max = 10;
    std::uint64_t deliveries_max = 1'000;
    std::uint64_t websocket_connections_max = 20'000;
    std::uint64_t websocket_message_bytes_max = protocol::frame_bytes_max;
    /// 0: as many as come.
    std::uint64_t websocket_requests_per_second_max = 0;
    std::uint64_t waiting_fetches_max = 100'000;
    std::uint64_t push_bytes_max = 1u << 20;
    MailboxLimits mailbox;
    engine::EngineLimits engine;
    store::LmdbOptions store;
};

/// One setting: its name as an option (`--io-threads`), which also makes the environment variable (TERN_IO_THREADS) and
/// the key in the file (io_threads).
struct SettingRow {
    std::string_view name;
    /// What a value looks like, for the help; empty for a switch.
    std::string_view argument;
    std::string_view help;
    /// What is allowed, to complete "allowed: …".
    std::string allowed;
    /// Takes a value in its textual form; false when it is not allowed.
    std::function<bool(Settings&, std::string_view)> set;
    /// The value in effect, as it would stand in the file.
    std::function<std::string(const Settings&)> show;

    bool is_switch() const { return argument.empty(); }
    std::string environment_variable() const;
    std::string key() const;
};

/// All settings, in the order of the documentation.
std::span<const SettingRow> setting_rows();

/// What a start of the broker is told, and from where.
struct Configuration {
    Settings settings;
    /// Where each setting's value is from, in the order of setting_rows: "default", "option", "environment" or "file".
    std::vector<std::string_view> origins;
    bool print_config = false;
    /// See CommitLoopOptions and LocalBrokerOptions.
    bool unsafe_early_acknowledgement = false;
    bool unsafe_early_reading = false;
};

/// The configuration, or the reason to leave at once: text for people and the exit code.
struct ConfigurationOutcome {
    std::optional<Configuration> configuration;
    std::string text;
    int exit_code = 0;
};

using Environment = std::function<std::optional<std::string>(const std::string& variable)>;

/// Reads options, environment and file: an option goes before the environment, which goes before the file, which goes
/// before the default. A value that is not allowed gives exit code 2 and one line that names the setting, where its
/// value is from, and what is allowed. `--help` and `--version` give exit code 0 and their text.
ConfigurationOutcome configure(const std::vector<std::string>& arguments, const Environment& environment,
                               std::string_view version);

/// Every setting with its value and origin, in the form of a configuration file.
std::string print_config(const Configuration& configuration);

}  // namespace tern::runtime
