#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "protocol/status.hpp"

namespace tern {

/// Every way in which the broker can refuse a request; protocol/README.md lists them.
using Status = protocol::Status;

/// What went wrong between client and broker, where the broker itself said nothing. Values are only ever appended.
enum class ConnectionErrc {
    connection_failed = 1,      // no connection, within the time that the options give
    connection_lost = 2,        // the connection ended between the request and its answer
    request_timed_out = 3,      // no answer within the time that the options give
    closed = 4,                 // the client was closed
    too_much_waiting = 5,       // as many requests wait in the client as the options allow
    request_too_large = 6,      // the request is longer than a frame may be
    answer_not_understood = 7,  // the broker's answer is not one to this request
    version_refused = 8,        // broker and client speak no common version of the protocol
    cancelled = 9,              // cancelled by the caller before it was sent
};

/// Whether the broker did what a failed request asked for.
enum class Execution : std::uint8_t {
    surely_not,  // it can be sent again without further thought
    surely,      // only the answer was lost
    perhaps,     // sent, but not answered: a send may have stored its message
};

/// "surely not executed", "surely executed", "perhaps executed".
std::string_view text_of(Execution execution);

const boost::system::error_category& status_category();
const boost::system::error_category& connection_category();
boost::system::error_code make_error_code(ConnectionErrc errc);

/// Why a request failed: a value in an Outcome, and what the blocking client throws. what() is one line for people.
class Error : public std::runtime_error {
public:
    /// No error: what a successful outcome gives when asked for its error.
    Error() : Error(Status::ok) {}
    /// A refusal by the broker. `detail` names the field or limit, where the status' own sentence is not enough.
    explicit Error(Status status, std::string detail = {});
    Error(Status status, std::string detail, Execution execution);
    /// `detail` tells more about the connection, such as the operating system's sentence.
    Error(ConnectionErrc errc, std::string detail, Execution execution);

    /// In status_category() or connection_category().
    const boost::system::error_code& code() const { return code_; }
    /// The broker's status; Status::ok when it was not the broker that refused.
    Status status() const;
    /// True when the failure is one of the connection.
    bool is_connection_error() const { return &code_.category() == &connection_category(); }
    /// As the protocol's documentation lists it: "queue_does_not_exist".
    std::string_view name() const;
    /// One English sentence that tells what is wrong and what is allowed.
    std::string_view sentence() const;
    /// The field, entry or limit that the error speaks of, or the operating system's sentence; may be empty.
    const std::string& detail() const { return detail_; }
    Execution execution() const { return execution_; }

private:
    boost::system::error_code code_;
    std::string detail_;
    Execution execution_;
};

/// What an operation completes with: a value, or the error. value() throws the Error.
template <class T>
using Outcome = boost::system::result<T, Error>;

/// What boost::system::result calls when the value of a failed outcome is asked for.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace tern

template <>
struct boost::system::is_error_code_enum<tern::ConnectionErrc> : std::true_type {};
