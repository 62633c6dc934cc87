#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "broker/frontends/admin/http_guard.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/runtime/bytes_budget.hpp"

namespace tern::admin {

struct HttpPatience {
    /// From the first byte of a header to its last; a new connection counts as one that has begun.
    std::chrono::seconds header{10};
    /// Between requests.
    std::chrono::seconds idle{60};
    /// A body may take this long and a second more for each `body_bytes_per_second` of it.
    std::chrono::seconds body{5};
    std::uint64_t body_bytes_per_second = 1024;
    /// How long a peer may read nothing of its answer.
    std::chrono::seconds unread{30};
    /// After the last answer: how long what the peer still sends is thrown away, since closing with bytes unread could
    /// take the answer away from it.
    std::chrono::seconds leaving{2};
};

/// One HTTP connection without its socket: bytes and moments in, bytes and a deadline out.
class HttpSession {
public:
    using Moment = std::chrono::steady_clock::time_point;
    using Handler = std::function<HttpOutcome(HttpRequest&&)>;

    /// `budget` is shared with other sessions and outlives this one; none: there is no common limit.
    HttpSession(Handler handler, Moment now, const HttpLimits& limits = {}, const HttpPatience& patience = {},
                runtime::BytesBudget* budget = nullptr);
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    /// Takes what the peer sent; answers every request that is complete, as far as there is room for answers.
    void receive(std::string_view bytes, Moment now);
    /// The answer to the request whose handler said AnsweredLater; goes on with those behind it.
    void respond(const HttpResponse& response, Moment now);
    /// An answer is being waited for.
    bool waiting() const { return phase_ == Phase::waiting; }
    /// What was received and not looked at yet.
    std::size_t bytes_pending() const { return input_.size(); }

    /// What is to be written. Valid until receive or written.
    std::string_view output() const { return std::string_view(output_).substr(written_); }
    void written(std::size_t bytes, Moment now);

    /// False while the peer does not read its answers, and when this session ends.
    bool wants_bytes() const { return !ending_ && !switched() && !waiting() && output().size() < output_bytes_max; }
    /// After the output nothing more is written.
    bool ending() const { return ending_; }
    /// After the output the connection is another protocol's, and begins with what was read behind the request.
    bool switched() const { return phase_ == Phase::switched; }
    std::string take_rest() { return std::move(input_); }
    /// When to give this connection up, if nothing happens before.
    Moment deadline() const;

    /// Why the peer was refused, if it was.
    const std::optional<HttpRefusal>& refusal() const { return refusal_; }
    std::uint64_t requests() const { return requests_; }

private:
    enum class Phase : std::uint8_t { idle, header, body, waiting, switched };
    static constexpr std::size_t output_bytes_max = 1u << 20;

    bool step(Moment now);
    bool read_header(Moment now);
    bool read_body(Moment now);
    void answer(Moment now);
    void write(const HttpResponse& response, Moment now);
    void refuse(const HttpRefusal& refusal, Moment now);
    void enter(Phase phase, Moment now);
    void end(Moment now);

    const Handler handler_;
    const HttpLimits limits_;
    const HttpPatience patience_;
    Phase phase_ = Phase::header;
    Moment phase_began_;
    Moment last_progress_;
    std::string input_;
    /// How much of the input was looked through for the end of the header.
    std::size_t looked_at_ = 0;
    HttpRequest request_;
    bool keep_alive_ = true;
    bool answers_with_body_ = true;
    BodyReader body_;
    std::uint64_t body_wire_bytes_ = 0;
    runtime::HeldBytes held_;
    std::string output_;
    std::size_t written_ = 0;
    bool ending_ = false;
    std::optional<HttpRefusal> refusal_;
    std::uint64_t requests_ = 0;
};

}  // namespace tern::admin
