#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The strict guard in front of every HTTP port: what RFC 9112 and RFC 9110 leave to interpretation, two parties may
/// read differently, and then one's body is the other's next request (request smuggling). Beast 1.81 lets much of that
/// through, so every header block passes here before Beast sees it, and bodies are cut out of the stream here.
/// Pure functions over bytes.
namespace tern::admin {

struct HttpLimits {
    std::size_t header_bytes_max = 16u << 10;
    std::size_t target_bytes_max = 8u << 10;
    std::size_t fields_max = 100;
    std::size_t body_bytes_max = 64u << 10;
    /// Of what is published: a longest publication and some room.
    std::size_t publication_bytes_max = (16u << 20) + (64u << 10);
    /// Of a request to an API of AWS: one that has a target, or a form.
    std::size_t api_body_bytes_max = 8u << 20;
    /// Of all connections together, as long as their requests are not whole.
    std::size_t bodies_bytes_max = 256u << 20;
};

/// Why a request is refused. The connection is closed after the answer: where the next request begins is unknown.
struct HttpRefusal {
    int status = 400;
    std::string_view reason;
};

/// Where a header block ends.
struct HeaderEnd {
    /// The length of the block with its empty line; 0 when it has not come yet.
    std::size_t bytes = 0;
    std::optional<HttpRefusal> refusal;
};

/// Looks for the end of the header block that begins at bytes[0], at the first `from` of which it has looked before.
/// Refuses, without waiting for the rest, what cannot become a header block.
HeaderEnd find_header_end(std::string_view bytes, std::size_t from, const HttpLimits& limits);

enum class BodyFraming : std::uint8_t { none, length, chunked };

struct HeaderField {
    std::string_view name;
    /// Without the white space around it.
    std::string_view value;
};

/// What the guard read in a header block. Views point into the block.
struct GuardedHeader {
    std::string_view method;
    std::string_view target;
    int minor_version = 1;
    /// Without the port; of HTTP/1.0 requests perhaps empty.
    std::string_view host;
    BodyFraming framing = BodyFraming::none;
    std::uint64_t body_bytes = 0;
    bool keep_alive = true;
    bool expects_continue = false;
    /// Nothing in it has two readings: HTTP/1.1, origin-form, single spaces, no transfer coding, no expectation, one
    /// option of the connection at most in a field.
    bool plain = true;
    /// All of them, in order.
    std::vector<HeaderField> fields;
};

/// How long the request's body may be.
std::size_t body_bytes_max(const GuardedHeader& header, const HttpLimits& limits);

struct GuardVerdict {
    std::optional<HttpRefusal> refusal;
    GuardedHeader header;
};

/// Judges a whole header block, with its empty line.
GuardVerdict judge_header(std::string_view block, const HttpLimits& limits);

/// Cuts one body out of the stream, whatever pieces it comes in.
class BodyReader {
public:
    BodyReader() = default;
    BodyReader(const GuardedHeader& header, const HttpLimits& limits);

    /// Takes what belongs to the body, appends its contents to `body`, and says how many bytes it took. It takes fewer
    /// than there are only when the body is complete or refused.
    std::size_t take(std::string_view bytes, std::string& body);
    bool complete() const { return state_ == State::complete; }
    const std::optional<HttpRefusal>& refusal() const { return refusal_; }

private:
    enum class State : std::uint8_t { data, data_end, size_line, last_line, complete, refused };

    std::size_t take_data(std::string_view bytes, std::string& body);
    std::size_t take_line(std::string_view bytes);
    void end_of_line();
    void refuse(int status, std::string_view reason);

    State state_ = State::complete;
    bool chunked_ = false;
    std::uint64_t data_left_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t body_bytes_max_ = 0;
    std::string line_;
    std::optional<HttpRefusal> refusal_;
};

}  // namespace tern::admin
