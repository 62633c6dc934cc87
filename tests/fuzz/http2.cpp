#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "broker/frontends/admin/http2_session.hpp"

/// What a peer may send behind the preface of HTTP/2, in any pieces: the session neither breaks nor reads the same
/// bytes in two ways, and every request that it lets through is whole.
///
/// The first byte tells how long the pieces are in which the rest arrives the second time.
namespace {

using namespace tern::admin;

/// The requests by their streams.
using Http2Outcome = std::map<std::int32_t, std::string>;

void require(bool holds) {
    if (!holds) std::abort();
}

Http2Outcome run(std::string_view bytes, std::size_t piece_max) {
    Http2Outcome outcome;
    const Http2Session::Moment now{};
    tern::runtime::BytesBudget budget(1u << 20);
    {
        Http2Session session(now, {}, {}, {}, &budget);
        session.receive(http2_preface, now);
        while (!bytes.empty() && !session.ending()) {
            const auto piece = bytes.substr(0, piece_max);
            session.receive(piece, now);
            bytes.remove_prefix(piece.size());
            while (auto next = session.next_request()) {
                const auto& request = next->request;
                require(!request.method.empty() && request.count("Host") == 1);
                require(request.path.starts_with('/') || request.path == "*");
                outcome[next->stream] = request.method + ' ' + request.path + '?' + request.query + ' ' + request.host +
                                        ' ' + request.body + '\n';
                session.respond(next->stream, HttpResponse{200, "text/plain", "done"}, now);
            }
            const auto output = session.take_output();
            session.written(output.size(), now);
            require(session.deadline() >= now);
        }
    }
    require(budget.bytes() == 0);
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    const auto whole = run(rest, std::max<std::size_t>(rest.size(), 1));
    const auto pieces = run(rest, 1 + bytes[0]);
    for (const auto& [stream, request] : whole) {
        const auto same = pieces.find(stream);
        require(same == pieces.end() || same->second == request);
    }
    return 0;
}
