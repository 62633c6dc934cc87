#pragma once

#include <cstddef>
#include <utility>

#include "broker/frontends/native/session_core.hpp"
#include "broker/runtime/bytes_budget.hpp"
#include "protocol/framing.hpp"

namespace tern::native {

/// Cuts what arrives at a session into frames, and hands them over as the session wants them.
class FrameIntake {
public:
    /// `budget`: what all sessions together may hold of frames that are not whole; none: there is no common limit.
    explicit FrameIntake(SessionCore& core, runtime::BytesBudget* budget = nullptr)
        : core_(core),
          reader_(core.request_bytes_max()),
          held_(budget) {}

    /// Where the next bytes of the peer go; only while the session wants requests.
    protocol::FrameReader::Space space() { return reader_.space(); }
    /// So many bytes have come.
    void arrived(std::size_t bytes) {
        reader_.arrived(bytes);
        proceed();
        if (!held_.hold(reader_.held_bytes()) && !core_.ending()) core_.fail(Errc::overloaded);
    }
    /// Hands over what had to wait, once the session may want requests again.
    void proceed() {
        while (core_.wants_requests()) {
            reader_.set_frame_bytes_max(core_.request_bytes_max());
            auto frame = reader_.next();
            if (!frame) break;
            core_.on_request(std::move(*frame));
        }
        if (!core_.ending() && reader_.too_large()) core_.fail(Errc::frame_too_large);
    }

    /// Nothing is expected for a while.
    void release_idle() { reader_.release_idle(); }

private:
    SessionCore& core_;
    protocol::FrameReader reader_;
    runtime::HeldBytes held_;
};

}  // namespace tern::native
