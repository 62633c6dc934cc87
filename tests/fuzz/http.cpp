#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "broker/frontends/admin/http_session.hpp"
#include "broker/frontends/admin/second_reader.hpp"

/// What a peer may send to the HTTP port, in any pieces: the session must neither break nor read the same bytes in two
/// ways, since that is how one request hides in another.
///
/// The first byte tells how long the pieces are in which the rest arrives the second time; the first time it comes
/// whole.
namespace {

using namespace tern::admin;

struct Outcome {
    std::string requests;
    std::string output;
    bool ending = false;
};

Outcome run(std::string_view bytes, std::size_t piece_max) {
    Outcome outcome;
    const HttpSession::Moment now{};
    HttpSession session(
        [&](const HttpRequest& request) {
            outcome.requests += request.method + ' ' + request.path + '?' + request.query + ' ' + request.host + ' ' +
                                request.body + '\n';
            return HttpResponse{200, "text/plain", "done"};
        },
        now);
    while (!bytes.empty() && !session.ending()) {
        const auto piece = bytes.substr(0, piece_max);
        session.receive(piece, now);
        bytes.remove_prefix(piece.size());
        while (!session.output().empty()) {
            outcome.output += session.output();
            session.written(session.output().size(), now);
        }
    }
    outcome.ending = session.ending();
    if (session.refusal() && !session.ending()) std::abort();
    return outcome;
}

/// A header block that is called plain is not shown to the second reader: it must have nothing to say.
void check_plain(std::string_view bytes) {
    const HttpLimits limits;
    const auto end = find_header_end(bytes, 0, limits);
    if (end.refusal || end.bytes == 0) return;
    const auto block = bytes.substr(0, end.bytes);
    const auto verdict = judge_header(block, limits);
    if (!verdict.refusal && verdict.header.plain && !second_reader_agrees(block, verdict.header)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    check_plain(rest);
    const auto whole = run(rest, std::max<std::size_t>(rest.size(), 1));
    const auto pieces = run(rest, 1 + bytes[0]);
    if (whole.requests != pieces.requests || whole.ending != pieces.ending) std::abort();
    return 0;
}
