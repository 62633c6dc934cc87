#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/admin/http_guard.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/admin/http_session.hpp"

namespace tern::admin {

/// What a client that speaks HTTP/2 with prior knowledge sends first (RFC 9113 section 3.4).
inline constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Http2Limits {
    std::uint32_t concurrent_streams_max = 100;
    std::uint32_t stream_window_bytes = 256u << 10;
    std::uint32_t connection_window_bytes = 1u << 20;
    /// In bodies of requests that are not begun, of all streams together: room for one longest publication.
    std::size_t body_bytes_max = 32u << 20;
    /// Answers that the peer has not read; with more than that no request is begun.
    std::size_t answer_bytes_max = 4u << 20;
    /// Streams that the peer may give up at once, and a second: opening and dropping them costs it nothing
    /// ("rapid reset", CVE-2023-44487).
    std::uint32_t resets_max = 200;
    std::uint32_t resets_per_second = 50;
};

/// One HTTP/2 connection without its socket: bytes and moments in, bytes, requests and a deadline out. A request is
/// judged as strictly as one of HTTP/1.1, and becomes the same HttpRequest.
class Http2Session {
public:
    using Moment = HttpSession::Moment;

    /// `budget`: as for HttpSession.
    explicit Http2Session(Moment now, const HttpLimits& limits = {}, const HttpPatience& patience = {},
                          const Http2Limits& http2_limits = {}, runtime::BytesBudget* budget = nullptr);
    ~Http2Session();
    Http2Session(const Http2Session&) = delete;
    Http2Session& operator=(const Http2Session&) = delete;

    /// Takes what the peer sent, the preface included.
    void receive(std::string_view bytes, Moment now);

    struct Request {
        std::int32_t stream = 0;
        HttpRequest request;
    };
    /// The next request that is complete and should be begun now; each is to be answered by `respond`.
    std::optional<Request> next_request();
    /// Streams that were given up by the peer after next_request: nobody waits for their answers.
    std::vector<std::int32_t> take_given_up();
    /// The answer to a request; of a stream that was given up it is dropped.
    void respond(std::int32_t stream, HttpResponse&& response, Moment now);

    /// What is to be written next; it is the caller's, who says how much of it has been written.
    std::string take_output();
    void written(std::size_t bytes, Moment now);

    /// False while the peer does not read what it is sent, and when this session ends.
    bool wants_bytes() const;
    /// After the output nothing more is written.
    bool ending() const;
    /// No further streams are taken (GOAWAY); those that there are may end.
    void shut_down();
    /// When to give this connection up, if nothing happens before.
    Moment deadline() const;
    /// Why the peer was refused, if it was.
    std::string_view fault() const;
    /// Those that were answered or begun.
    std::uint64_t requests() const;

    /// Opaque; named here for the library's callbacks.
    struct Core;

private:
    const std::unique_ptr<Core> core_;
};

}  // namespace tern::admin
