#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <map>
#include <set>

#include "broker/frontends/admin/http2_request.hpp"
#include "broker/frontends/admin/http2_session.hpp"

/// For http2_session.cpp and http2_callbacks.cpp alone.
namespace tern::admin {

struct Http2Stream {
    explicit Http2Stream(const HttpLimits& limits) : reader(limits) {}

    Http2RequestReader reader;
    /// Since when the fields are coming, or the body.
    HttpSession::Moment began;
    bool fields_complete = false;
    std::uint64_t received_bytes = 0;
    /// Taken by next_request.
    bool begun = false;
    /// Or dropped: nothing more of it is wanted.
    bool answered = false;
    bool without_body = false;
    std::string answer;
    std::size_t answer_sent = 0;
    bool answer_complete = false;
};

struct Http2Session::Core {
    Core(Moment now, const HttpLimits& limits, const HttpPatience& patience, const Http2Limits& http2_limits,
         runtime::BytesBudget* budget);
    ~Core();

    // What the library reports; from within receive and output.
    int on_begin_headers(const nghttp2_frame& frame);
    int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
    int on_frame(const nghttp2_frame& frame);
    int on_data(std::int32_t id, std::string_view data);
    void on_close(std::int32_t id, std::uint32_t error_code);
    void on_goaway_sent(std::uint32_t error_code);
    ssize_t read_answer(std::int32_t id, std::uint8_t* buffer, std::size_t length, std::uint32_t& flags);

    /// Makes bytes of what the library has to say, up to what one write should hold.
    void pull();
    std::size_t output_bytes() const { return output.size() + unwritten_bytes; }
    void submit(std::int32_t id, HttpResponse&& response);
    void answer(std::int32_t id, const HttpRefusal& refusal);
    void complete(std::int32_t id);
    /// Accounts for so much more of bodies, or less; false when it is too much.
    bool hold(std::size_t bytes);
    void release(std::size_t bytes);
    void count_reset();
    void end_for(std::string_view reason, std::uint32_t error_code);
    Http2Stream* find(std::int32_t id);

    const HttpLimits limits;
    const HttpPatience patience;
    const Http2Limits http2_limits;
    nghttp2_session* session = nullptr;
    std::map<std::int32_t, Http2Stream> streams;
    std::set<std::int32_t> receiving;
    std::deque<std::int32_t> ready;
    std::vector<std::int32_t> given_up;
    std::string output;
    /// Of what was taken to be written.
    std::size_t unwritten_bytes = 0;
    /// In bodies of requests that are not begun, and in answers that are not sent.
    std::size_t body_bytes = 0;
    runtime::HeldBytes held;
    std::size_t answer_bytes = 0;
    double resets_left;
    Moment resets_counted;
    Moment now;
    /// When the last stream was opened or closed, and when the peer last read something.
    Moment last_activity;
    Moment last_progress;
    std::string_view fault;
    bool broken = false;
    std::uint64_t requests = 0;
};

/// The library's callbacks, which call the core's.
void set_http2_callbacks(nghttp2_session_callbacks* callbacks);

}  // namespace tern::admin
