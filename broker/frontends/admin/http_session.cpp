#include "broker/frontends/admin/http_session.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/frontends/admin/second_reader.hpp"

namespace tern::admin {

namespace {

/// Room that is made for a body at once, before it has come.
constexpr std::uint64_t body_bytes_reserved_max = 64u << 10;

}  // namespace

HttpSession::HttpSession(Handler handler, Moment now, const HttpLimits& limits, const HttpPatience& patience,
                         runtime::BytesBudget* budget)
    : handler_(std::move(handler)),
      limits_(limits),
      patience_(patience),
      phase_began_(now),
      last_progress_(now),
      held_(budget) {}

void HttpSession::receive(std::string_view bytes, Moment now) {
    if (ending_) return;
    input_.append(bytes);
    while (step(now)) {
    }
}

void HttpSession::written(std::size_t bytes, Moment now) {
    written_ += bytes;
    last_progress_ = now;
    if (written_ == output_.size()) {
        output_.clear();
        written_ = 0;
    }
    while (step(now)) {
    }
}

/// Does one thing with the input; false when there is nothing more to do for now.
bool HttpSession::step(Moment now) {
    if (ending_ || output().size() >= output_bytes_max) return false;
    if (waiting() || switched()) return false;
    if (phase_ == Phase::body) return read_body(now);
    if (input_.empty()) return false;
    if (phase_ == Phase::idle) enter(Phase::header, now);
    return read_header(now);
}

bool HttpSession::read_header(Moment now) {
    const auto end = find_header_end(input_, looked_at_, limits_);
    looked_at_ = input_.size();
    if (end.refusal) {
        refuse(*end.refusal, now);
        return false;
    }
    if (end.bytes == 0) return false;

    const auto block = std::string_view(input_).substr(0, end.bytes);
    const auto verdict = judge_header(block, limits_);
    const auto& header = verdict.header;
    request_ = {};
    request_.method = header.method;
    answers_with_body_ = header.method != "HEAD";
    if (verdict.refusal) {
        refuse(*verdict.refusal, now);
        return false;
    }
    if (!header.plain && !second_reader_agrees(block, header)) {
        refuse({400, "the header can be read in two ways"}, now);
        return false;
    }
    const auto question = header.target.find('?');
    request_.path = header.target.substr(0, question);
    if (question != std::string_view::npos) request_.query = header.target.substr(question + 1);
    request_.host = header.host;
    request_.minor_version = header.minor_version;
    request_.fields.reserve(header.fields.size());
    for (const auto& [name, value] : header.fields) request_.fields.push_back({std::string(name), std::string(value)});
    keep_alive_ = header.keep_alive;
    body_ = BodyReader(header, limits_);
    body_wire_bytes_ = 0;
    request_.body.reserve(std::min(header.body_bytes, body_bytes_reserved_max));
    // RFC 9110 section 10.1.1: not when the body is already coming.
    if (header.expects_continue && input_.size() == end.bytes) output_ += "HTTP/1.1 100 Continue\r\n\r\n";

    input_.erase(0, end.bytes);
    looked_at_ = 0;
    enter(Phase::body, now);
    return true;
}

bool HttpSession::read_body(Moment now) {
    const auto taken = body_.take(input_, request_.body);
    input_.erase(0, taken);
    body_wire_bytes_ += taken;
    if (body_.refusal()) {
        refuse(*body_.refusal(), now);
        return false;
    }
    if (!held_.hold(request_.body.size())) {
        refuse({503, "the bodies of all requests together are too long"}, now);
        return false;
    }
    if (!body_.complete()) return false;
    answer(now);
    return true;
}

void HttpSession::answer(Moment now) {
    ++requests_;
    enter(Phase::waiting, now);
    const auto outcome = handler_(std::move(request_));
    held_.hold(0);
    if (const auto* response = std::get_if<HttpResponse>(&outcome)) write(*response, now);
    if (std::holds_alternative<SwitchesProtocol>(outcome)) enter(Phase::switched, now);
}

void HttpSession::respond(const HttpResponse& response, Moment now) {
    TERN_CHECK(waiting());
    write(response, now);
    while (step(now)) {
    }
}

void HttpSession::write(const HttpResponse& response, Moment now) {
    if (output_.empty()) last_progress_ = now;
    const auto connection = keep_alive_ ? Connectedness::keep_alive : Connectedness::close;
    render(output_, response, connection, answers_with_body_);
    enter(Phase::idle, now);
    if (!keep_alive_) end(now);
}

void HttpSession::refuse(const HttpRefusal& refusal, Moment now) {
    refusal_ = refusal;
    HttpResponse response;
    response.status = refusal.status;
    response.body = std::string(refusal.reason) + "\n";
    if (output_.empty()) last_progress_ = now;
    render(output_, response, Connectedness::close, answers_with_body_);
    end(now);
}

/// Whatever else was sent is not looked at: after an error nobody knows where a request begins.
void HttpSession::end(Moment now) {
    ending_ = true;
    phase_began_ = now;
    input_.clear();
    held_.hold(0);
}

void HttpSession::enter(Phase phase, Moment now) {
    phase_ = phase;
    phase_began_ = now;
}

HttpSession::Moment HttpSession::deadline() const {
    if (!output().empty()) return last_progress_ + patience_.unread;
    if (ending_) return std::max(phase_began_, last_progress_) + patience_.leaving;
    switch (phase_) {
        case Phase::idle: return phase_began_ + patience_.idle;
        case Phase::header: return phase_began_ + patience_.header;
        // The broker answers what it took; a protocol that takes over has deadlines of its own.
        case Phase::waiting:
        case Phase::switched: return Moment::max();
        case Phase::body: break;
    }
    return phase_began_ + patience_.body + std::chrono::seconds(body_wire_bytes_ / patience_.body_bytes_per_second);
}

}  // namespace tern::admin
