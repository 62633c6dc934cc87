#pragma once

#include <nghttp2/nghttp2.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::admin {

/// The other side of an HTTP/2 connection, in memory: nghttp2's client, which the session under test talks to.
class Http2TestClient {
public:
    using Fields = std::vector<std::pair<std::string, std::string>>;
    struct Answer {
        int status = 0;
        std::vector<int> interim;
        std::map<std::string, std::string> fields;
        std::string body;
        bool complete = false;
        bool closed = false;
        std::uint32_t error_code = 0;
    };

    /// `checked`: the client itself refuses to send what the protocol forbids.
    explicit Http2TestClient(bool checked = true) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_header_callback(
            callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                          const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
                auto& answer = static_cast<Http2TestClient*>(self)->answers[frame->hd.stream_id];
                const std::string key(reinterpret_cast<const char*>(name), name_size);
                const std::string text(reinterpret_cast<const char*>(value), value_size);
                if (key == ":status" && text.starts_with('1'))
                    answer.interim.push_back(std::stoi(text));
                else if (key == ":status")
                    answer.status = std::stoi(text);
                else
                    answer.fields[key] = text;
                return 0;
            });
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
            callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                          std::size_t size, void* self) {
                static_cast<Http2TestClient*>(self)->answers[stream].body.append(reinterpret_cast<const char*>(data),
                                                                                 size);
                return 0;
            });
        nghttp2_session_callbacks_set_on_frame_recv_callback(
            callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
                auto& client = *static_cast<Http2TestClient*>(self);
                if (frame->hd.type == NGHTTP2_GOAWAY) {
                    client.goaway = true;
                    client.goaway_error = frame->goaway.error_code;
                }
                if (frame->hd.stream_id > 0 && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
                    client.answers[frame->hd.stream_id].complete = true;
                }
                return 0;
            });
        nghttp2_session_callbacks_set_on_stream_close_callback(
            callbacks, [](nghttp2_session*, std::int32_t stream, std::uint32_t error_code, void* self) {
                auto& answer = static_cast<Http2TestClient*>(self)->answers[stream];
                answer.closed = true;
                answer.error_code = error_code;
                return 0;
            });
        nghttp2_option* option = nullptr;
        nghttp2_option_new(&option);
        if (!checked) nghttp2_option_set_no_http_messaging(option, 1);
        nghttp2_option_set_no_auto_window_update(option, 0);
        nghttp2_session_client_new2(&session, callbacks, this, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~Http2TestClient() { nghttp2_session_del(session); }
    Http2TestClient(const Http2TestClient&) = delete;
    Http2TestClient& operator=(const Http2TestClient&) = delete;

    static Fields get(const std::string& path) {
        return {{":method", "GET"}, {":scheme", "http"}, {":authority", "localhost:4566"}, {":path", path}};
    }
    static Fields post(const std::string& path) {
        auto fields = get(path);
        fields[0].second = "POST";
        return fields;
    }

    std::int32_t request(const Fields& fields) { return submit(fields, nullptr); }
    /// With a body, which the stream ends with unless `keep_open`.
    std::int32_t request(const Fields& fields, const std::string& body, bool keep_open = false) {
        auto upload = std::make_unique<Upload>(Upload{body, 0, keep_open});
        nghttp2_data_provider provider{};
        provider.source.ptr = upload.get();
        provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t length,
                                    std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
            auto& from = *static_cast<Upload*>(source->ptr);
            const auto count = std::min(length, from.body.size() - from.sent);
            std::memcpy(buffer, from.body.data() + from.sent, count);
            from.sent += count;
            const bool all = from.sent == from.body.size();
            if (all && from.keep_open && count == 0) return NGHTTP2_ERR_DEFERRED;
            if (all && !from.keep_open) *flags |= NGHTTP2_DATA_FLAG_EOF;
            return static_cast<ssize_t>(count);
        };
        uploads.push_back(std::move(upload));
        return submit(fields, &provider);
    }
    void reset(std::int32_t stream) { nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL); }

    /// What the client has to say.
    std::string take_output() {
        std::string bytes;
        const std::uint8_t* data = nullptr;
        for (auto count = nghttp2_session_mem_send(session, &data); count > 0;
             count = nghttp2_session_mem_send(session, &data)) {
            bytes.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(count));
        }
        return bytes;
    }
    void receive(std::string_view bytes) {
        const auto taken =
            nghttp2_session_mem_recv(session, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        CHECK_EQ(taken, static_cast<ssize_t>(bytes.size()));
    }

    nghttp2_session* session = nullptr;
    std::map<std::int32_t, Answer> answers;
    bool goaway = false;
    std::uint32_t goaway_error = 0;

private:
    struct Upload {
        std::string body;
        std::size_t sent = 0;
        bool keep_open = false;
    };

    std::int32_t submit(const Fields& fields, const nghttp2_data_provider* provider) {
        std::vector<nghttp2_nv> all;
        for (const auto& [name, value] : fields) {
            all.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                           reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
                           NGHTTP2_NV_FLAG_NONE});
        }
        const auto stream = nghttp2_submit_request(session, nullptr, all.data(), all.size(), provider, nullptr);
        REQUIRE_GT(stream, 0);
        return stream;
    }

    std::vector<std::unique_ptr<Upload>> uploads;
};

}  // namespace tern::admin
