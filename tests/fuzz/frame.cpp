#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/unit/native/session_fixture.hpp"

/// What a peer may send, in any pieces: the session must neither break nor forget to end what it cannot understand.
///
/// The first byte says whether a hello came before (bit 0) and how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace tern::native;
    if (size == 0) return 0;
    SessionFixture session;
    if (bytes[0] & 1) session.greet();
    const std::size_t piece_max = 1 + (bytes[0] >> 1) * 64u;

    std::string rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    while (!rest.empty() && session.core->wants_requests()) {
        const auto piece = std::min(rest.size(), piece_max);
        session.receive(rest.substr(0, piece));
        rest.erase(0, piece);
    }

    // Fetches that wait are answered when their time is over.
    for (const auto& due : session.broker.waiting.overdue(tern::Timestamp::never())) {
        session.core->on_fetch_due(due.id, due.over);
    }
    // Everything that was executed is answered; every reply can be read.
    for (const auto& submitted : session.broker.submitted) {
        if (std::holds_alternative<tern::engine::CancelWait>(submitted.command)) continue;
        session.core->on_answer(submitted.request, {});
    }
    for (const auto& reply : session.written()) {
        if (reply.status == tern::Errc::malformed_frame && reply.message == "not a reply") std::abort();
    }
    if (session.core->fault() != tern::Errc::ok && !session.core->ending()) std::abort();
    return 0;
}
