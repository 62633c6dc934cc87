#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern {

/// Where a broker listens.
struct ServerAddress {
    std::string host = "127.0.0.1";
    std::uint16_t port = 4565;

    /// Reads "HOST", "HOST:PORT" or "[IPV6]:PORT".
    /// Errors: throws std::invalid_argument with a sentence that tells what is expected.
    static ServerAddress parse(std::string_view text);
    std::string text() const;

    bool operator==(const ServerAddress&) const = default;
};

/// How a client behaves; the defaults suit a service that should survive a restart of the broker.
struct ClientOptions {
    ServerAddress server = {};
    /// Name and version of the application, for the broker's log.
    std::string application = {};

    std::chrono::milliseconds connect_timeout{5'000};
    /// Pauses between attempts are drawn from zero to a bound, which begins here and doubles up to the next (full
    /// jitter).
    std::chrono::milliseconds backoff_first{50};
    std::chrono::milliseconds backoff_max{5'000};
    /// A request that waits this long for a connection fails. Zero: the first failed attempt fails what waits.
    std::chrono::milliseconds give_up_after{30'000};
    /// A request that is not answered this long after it was written (a receive: after its wait) ends the connection.
    std::chrono::milliseconds request_timeout{30'000};

    /// Sends again, on a new connection, requests that were written but not answered and that change nothing or do the
    /// same when done twice: queries, deletes, settings. All others end as "perhaps executed".
    bool retry_idempotent = true;
    /// Requests that may wait in the client, written or not; more are refused.
    std::size_t requests_waiting_max = 65'536;
    /// The bytes of requests that may wait in the client.
    std::size_t bytes_waiting_max = 256u << 20;
};

}  // namespace tern
