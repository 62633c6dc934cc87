// What happens to the streams of an HTTP/2 session: from their first field to the last byte of their answers.

#include <algorithm>
#include <cstring>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/frontends/admin/http2_core.hpp"
#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

using Http2Fields = std::vector<std::pair<std::string, std::string>>;

nghttp2_nv name_and_value(const std::pair<std::string, std::string>& field) {
    const auto bytes = [](const std::string& text) {
        // The library copies, and takes the bytes as if it might not.
        return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
    };
    return {bytes(field.first), bytes(field.second), field.first.size(), field.second.size(), NGHTTP2_NV_FLAG_NONE};
}

std::vector<nghttp2_nv> names_and_values(const Http2Fields& fields) {
    std::vector<nghttp2_nv> all;
    for (const auto& field : fields) all.push_back(name_and_value(field));
    return all;
}

/// RFC 9113 section 8.2.2: what is about one connection of HTTP/1.1 has no place here.
bool is_connection_field(std::string_view name) {
    return name == "connection" || name == "upgrade" || name == "keep-alive" || name == "transfer-encoding" ||
           name == "proxy-connection";
}

Http2Fields fields_of(const HttpResponse& response) {
    Http2Fields fields = {{":status", std::to_string(response.status)},
                          {"server", "tern"},
                          {"date", http_date_now()},
                          {"content-type", response.content_type},
                          {"cache-control", std::string(response.cache_control)},
                          {"x-content-type-options", "nosniff"}};
    if (tells_length(response.status)) fields.emplace_back("content-length", std::to_string(response.body.size()));
    for (const auto& [name, value] : response.further_fields) {
        auto lower = name;
        for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!is_connection_field(lower)) fields.emplace_back(std::move(lower), value);
    }
    return fields;
}

ssize_t read_answer_of_core(nghttp2_session*, std::int32_t stream, std::uint8_t* buffer, std::size_t length,
                            std::uint32_t* flags, nghttp2_data_source*, void* core) {
    return static_cast<Http2Session::Core*>(core)->read_answer(stream, buffer, length, *flags);
}

}  // namespace

int Http2Session::Core::on_begin_headers(const nghttp2_frame& frame) {
    if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    const auto id = frame.hd.stream_id;
    auto& stream = streams.try_emplace(id, limits).first->second;
    stream.began = now;
    receiving.insert(id);
    last_activity = now;
    return 0;
}

int Http2Session::Core::on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
    auto* const stream = find(frame.hd.stream_id);
    if (stream && frame.headers.cat == NGHTTP2_HCAT_REQUEST) stream->reader.field(name, value);
    return 0;
}

int Http2Session::Core::on_frame(const nghttp2_frame& frame) {
    const auto id = frame.hd.stream_id;
    auto* const stream = find(id);
    if (!stream) return 0;
    const bool last = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame.hd.type == NGHTTP2_HEADERS) {
        if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) {
            answer(id, {400, "trailers are not accepted"});
            return 0;
        }
        stream->fields_complete = true;
        stream->began = now;
        stream->reader.end_of_fields();
        stream->without_body = stream->reader.request().method == "HEAD";
        if (stream->reader.refusal()) {
            answer(id, *stream->reader.refusal());
        } else if (!last && stream->reader.expects_continue()) {
            const std::pair<std::string, std::string> go_on(":status", "100");
            const auto field = name_and_value(go_on);
            nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, id, nullptr, &field, 1, nullptr);
        }
    }
    if (last && (frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA)) complete(id);
    return 0;
}

int Http2Session::Core::on_data(std::int32_t id, std::string_view data) {
    auto* const stream = find(id);
    if (!stream) return 0;
    stream->received_bytes += data.size();
    // Of a request that is refused the rest is thrown away.
    if (stream->answered) return 0;
    auto& body = stream->reader.request().body;
    if (body.size() + data.size() > stream->reader.body_bytes_max()) {
        release(body.size());
        body = {};
        answer(id, {413, "the body is too long"});
        return 0;
    }
    if (!hold(data.size())) {
        release(body.size());
        body = {};
        stream->answered = true;
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_ENHANCE_YOUR_CALM);
        return 0;
    }
    body.append(data);
    return 0;
}

void Http2Session::Core::complete(std::int32_t id) {
    receiving.erase(id);
    auto* const stream = find(id);
    if (stream && !stream->answered) ready.push_back(id);
}

void Http2Session::Core::on_close(std::int32_t id, std::uint32_t) {
    const auto found = streams.find(id);
    if (found == streams.end()) return;
    auto& stream = found->second;
    receiving.erase(id);
    std::erase(ready, id);
    if (!stream.begun) release(stream.reader.request().body.size());
    answer_bytes -= stream.answer.size() - stream.answer_sent;
    if (stream.begun && !stream.answered) given_up.push_back(id);
    // What ended before its answer did was given up, whoever's frame that was.
    const bool early = !stream.answer_complete;
    last_activity = now;
    streams.erase(found);
    if (early) count_reset();
}

void Http2Session::Core::answer(std::int32_t id, const HttpRefusal& refusal) {
    auto* const stream = find(id);
    if (!stream || stream->answered) return;
    std::erase(ready, id);
    ++requests;
    HttpResponse response;
    response.status = refusal.status;
    response.body = std::string(refusal.reason) + "\n";
    submit(id, std::move(response));
}

void Http2Session::Core::submit(std::int32_t id, HttpResponse&& response) {
    auto& stream = streams.at(id);
    TERN_CHECK(!stream.answered);
    const auto fields = fields_of(response);
    if (!stream.without_body && response.status != 304) stream.answer = std::move(response.body);
    stream.answered = true;
    if (answer_bytes == 0) last_progress = now;
    answer_bytes += stream.answer.size();
    nghttp2_data_provider provider{};
    provider.read_callback = read_answer_of_core;
    const auto all = names_and_values(fields);
    if (nghttp2_submit_response(session, id, all.data(), all.size(), &provider) != 0) {
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
    }
}

ssize_t Http2Session::Core::read_answer(std::int32_t id, std::uint8_t* buffer, std::size_t length,
                                        std::uint32_t& flags) {
    auto& stream = streams.at(id);
    const auto count = std::min(length, stream.answer.size() - stream.answer_sent);
    std::memcpy(buffer, stream.answer.data() + stream.answer_sent, count);
    stream.answer_sent += count;
    answer_bytes -= count;
    if (stream.answer_sent == stream.answer.size()) {
        flags |= NGHTTP2_DATA_FLAG_EOF;
        stream.answer_complete = true;
        // RFC 9113 section 8.1: whoever is still sending a request that is answered may stop.
        if (nghttp2_session_get_stream_remote_close(session, id) == 0) {
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
        }
    }
    return static_cast<ssize_t>(count);
}

}  // namespace tern::admin
