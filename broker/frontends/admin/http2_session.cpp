#include "broker/frontends/admin/http2_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/frontends/admin/http2_core.hpp"

namespace tern::admin {
namespace {

// What one write should hold: control frames and a few of data.
constexpr std::size_t http2_output_bytes = 64u << 10;

}  // namespace

Http2Session::Core::Core(Moment now, const HttpLimits& limits, const HttpPatience& patience,
                         const Http2Limits& http2_limits, runtime::BytesBudget* budget)
    : limits(limits),
      patience(patience),
      http2_limits(http2_limits),
      held(budget),
      resets_left(http2_limits.resets_max),
      resets_counted(now),
      now(now),
      last_activity(now),
      last_progress(now) {
    nghttp2_session_callbacks* callbacks = nullptr;
    TERN_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    set_http2_callbacks(callbacks);
    TERN_CHECK(nghttp2_session_server_new(&session, callbacks, this) == 0);
    nghttp2_session_callbacks_del(callbacks);

    const std::array<nghttp2_settings_entry, 3> settings = {
        {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, http2_limits.concurrent_streams_max},
         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, http2_limits.stream_window_bytes},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes_max)}}};
    TERN_CHECK(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                          static_cast<std::int32_t>(http2_limits.connection_window_bytes));
}

Http2Session::Core::~Core() {
    nghttp2_session_del(session);
}

bool Http2Session::Core::hold(std::size_t bytes) {
    if (body_bytes + bytes > http2_limits.body_bytes_max) return false;
    if (!held.hold(body_bytes + bytes)) return false;
    body_bytes += bytes;
    return true;
}

void Http2Session::Core::release(std::size_t bytes) {
    body_bytes -= bytes;
    held.hold(body_bytes);
}

void Http2Session::Core::pull() {
    const bool was_empty = output_bytes() == 0;
    while (!broken && output_bytes() < http2_output_bytes) {
        const std::uint8_t* data = nullptr;
        const auto count = nghttp2_session_mem_send(session, &data);
        if (count < 0) broken = true;
        if (count <= 0) break;
        output.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(count));
    }
    if (was_empty && !output.empty()) last_progress = now;
}

/// Each stream that is given up costs one of what there is; that grows back with time.
void Http2Session::Core::count_reset() {
    const std::chrono::duration<double> passed = now - resets_counted;
    resets_counted = now;
    resets_left =
        std::min<double>(http2_limits.resets_max, resets_left + passed.count() * http2_limits.resets_per_second);
    resets_left -= 1;
    if (resets_left < 0) end_for("too many streams were given up", NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::Core::end_for(std::string_view reason, std::uint32_t error_code) {
    if (fault.empty()) fault = reason;
    nghttp2_session_terminate_session(session, error_code);
}

/// Of errors that the library found.
void Http2Session::Core::on_goaway_sent(std::uint32_t error_code) {
    if (error_code != NGHTTP2_NO_ERROR && fault.empty()) fault = "malformed HTTP/2";
}

Http2Stream* Http2Session::Core::find(std::int32_t id) {
    const auto found = streams.find(id);
    return found == streams.end() ? nullptr : &found->second;
}

Http2Session::Http2Session(Moment now, const HttpLimits& limits, const HttpPatience& patience,
                           const Http2Limits& http2_limits, runtime::BytesBudget* budget)
    : core_(std::make_unique<Core>(now, limits, patience, http2_limits, budget)) {}

Http2Session::~Http2Session() = default;

void Http2Session::receive(std::string_view bytes, Moment now) {
    core_->now = now;
    if (ending()) return;
    const auto count =
        nghttp2_session_mem_recv(core_->session, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (count < 0) {
        if (core_->fault.empty()) core_->fault = "this is not HTTP/2";
        core_->pull();
        core_->broken = true;
    }
    core_->pull();
}

std::optional<Http2Session::Request> Http2Session::next_request() {
    auto& core = *core_;
    if (core.ready.empty() || core.answer_bytes >= core.http2_limits.answer_bytes_max) return std::nullopt;
    const auto id = core.ready.front();
    core.ready.pop_front();
    auto& stream = core.streams.at(id);
    stream.begun = true;
    core.release(stream.reader.request().body.size());
    ++core.requests;
    return Request{id, stream.reader.take()};
}

std::vector<std::int32_t> Http2Session::take_given_up() {
    return std::exchange(core_->given_up, {});
}

void Http2Session::respond(std::int32_t stream, HttpResponse&& response, Moment now) {
    core_->now = now;
    if (!core_->find(stream)) return;
    core_->submit(stream, std::move(response));
    core_->pull();
}

std::string Http2Session::take_output() {
    core_->pull();
    core_->unwritten_bytes += core_->output.size();
    return std::exchange(core_->output, {});
}

void Http2Session::written(std::size_t bytes, Moment now) {
    core_->now = now;
    core_->unwritten_bytes -= bytes;
    core_->last_progress = now;
}

bool Http2Session::wants_bytes() const {
    return !ending() && core_->output_bytes() < http2_output_bytes;
}

bool Http2Session::ending() const {
    return core_->broken || (!nghttp2_session_want_read(core_->session) && !nghttp2_session_want_write(core_->session));
}

void Http2Session::shut_down() {
    if (core_->broken) return;
    nghttp2_submit_goaway(core_->session, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(core_->session),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    core_->pull();
}

Http2Session::Moment Http2Session::deadline() const {
    const auto& core = *core_;
    if (core.output_bytes() > 0) return core.last_progress + core.patience.unread;
    if (ending()) return core.last_progress + core.patience.leaving;
    auto earliest = Moment::max();
    if (core.streams.empty()) earliest = core.last_activity + core.patience.idle;
    if (core.answer_bytes > 0) earliest = core.last_progress + core.patience.unread;
    for (const auto id : core.receiving) {
        const auto& stream = core.streams.at(id);
        const auto bytes = stream.received_bytes;
        const auto patience =
            stream.fields_complete
                ? core.patience.body + std::chrono::seconds(bytes / core.patience.body_bytes_per_second)
                : core.patience.header;
        earliest = std::min(earliest, stream.began + patience);
    }
    return earliest;
}

std::string_view Http2Session::fault() const {
    return core_->fault;
}

std::uint64_t Http2Session::requests() const {
    return core_->requests;
}

}  // namespace tern::admin
