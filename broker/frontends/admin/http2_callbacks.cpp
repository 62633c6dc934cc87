// From C to C++ and back: nothing else happens here.

#include "broker/frontends/admin/http2_core.hpp"

namespace tern::admin {
namespace {

Http2Session::Core& core_of(void* user_data) {
    return *static_cast<Http2Session::Core*>(user_data);
}

std::string_view http2_text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

void set_http2_callbacks(nghttp2_session_callbacks* callbacks) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* core) {
            return core_of(core).on_begin_headers(*frame);
        });
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* core) {
            return core_of(core).on_header(*frame, http2_text(name, name_size), http2_text(value, value_size));
        });
    // The library would leave a malformed field out and go on; here the request is malformed (RFC 9113 section 8.1.1).
    nghttp2_session_callbacks_set_on_invalid_header_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t, const std::uint8_t*, std::size_t,
           std::uint8_t, void*) -> int { return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame* frame, void* core) { return core_of(core).on_frame(*frame); });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data, std::size_t size,
                      void* core) { return core_of(core).on_data(stream, http2_text(data, size)); });
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks,
                                                         [](nghttp2_session*, const nghttp2_frame* frame, void* core) {
                                                             if (frame->hd.type == NGHTTP2_GOAWAY)
                                                                 core_of(core).on_goaway_sent(frame->goaway.error_code);
                                                             return 0;
                                                         });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t stream, std::uint32_t error_code, void* core) {
            core_of(core).on_close(stream, error_code);
            return 0;
        });
}

}  // namespace tern::admin
