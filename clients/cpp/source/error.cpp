#include "tern/error.hpp"

#include <utility>

namespace tern {

namespace {

std::string_view name_of(ConnectionErrc errc) {
    switch (errc) {
        case ConnectionErrc::connection_failed: return "connection_failed";
        case ConnectionErrc::connection_lost: return "connection_lost";
        case ConnectionErrc::request_timed_out: return "request_timed_out";
        case ConnectionErrc::closed: return "closed";
        case ConnectionErrc::too_much_waiting: return "too_much_waiting";
        case ConnectionErrc::request_too_large: return "request_too_large";
        case ConnectionErrc::answer_not_understood: return "answer_not_understood";
        case ConnectionErrc::version_refused: return "version_refused";
        case ConnectionErrc::cancelled: return "cancelled";
    }
    return "unknown";
}

std::string_view sentence_of(ConnectionErrc errc) {
    switch (errc) {
        case ConnectionErrc::connection_failed: return "The broker could not be reached.";
        case ConnectionErrc::connection_lost: return "The connection was lost before the answer came.";
        case ConnectionErrc::request_timed_out: return "The broker did not answer in time.";
        case ConnectionErrc::closed: return "The client was closed.";
        case ConnectionErrc::too_much_waiting: return "The client holds as many requests as its options allow.";
        case ConnectionErrc::request_too_large: return "The request is longer than a frame may be.";
        case ConnectionErrc::answer_not_understood: return "The broker's answer does not fit the request.";
        case ConnectionErrc::version_refused: return "Broker and client speak no common version of the protocol.";
        case ConnectionErrc::cancelled: return "The request was cancelled before it was sent.";
    }
    return "The connection failed in an unknown way.";
}

class StatusCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tern.status"; }
    std::string message(int value) const override {
        return std::string(protocol::sentence_of(static_cast<Status>(value)));
    }
};

class ConnectionCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tern.connection"; }
    std::string message(int value) const override {
        return std::string(sentence_of(static_cast<ConnectionErrc>(value)));
    }
};

/// What a refusal says about its request. A broker that refuses has done nothing, with these exceptions.
Execution execution_of(Status status) {
    switch (status) {
        case Status::answer_too_large: return Execution::surely;
        case Status::internal_error:
        case Status::backup_failed: return Execution::perhaps;
        default: return Execution::surely_not;
    }
}

std::string line_of(std::string_view name, std::string_view sentence, std::string_view detail) {
    std::string line(name);
    line.append(": ").append(sentence);
    if (!detail.empty()) line.append(" (").append(detail).append(")");
    return line;
}

}  // namespace

std::string_view text_of(Execution execution) {
    switch (execution) {
        case Execution::surely_not: return "surely not executed";
        case Execution::surely: return "surely executed";
        case Execution::perhaps: return "perhaps executed";
    }
    return "";
}

const boost::system::error_category& status_category() {
    static const StatusCategory category;
    return category;
}

const boost::system::error_category& connection_category() {
    static const ConnectionCategory category;
    return category;
}

boost::system::error_code make_error_code(ConnectionErrc errc) {
    return {static_cast<int>(errc), connection_category()};
}

Error::Error(Status status, std::string detail) : Error(status, std::move(detail), execution_of(status)) {}

Error::Error(Status status, std::string detail, Execution execution)
    : std::runtime_error(line_of(protocol::name_of(status), protocol::sentence_of(status), detail)),
      code_(static_cast<int>(status), status_category()),
      detail_(std::move(detail)),
      execution_(execution) {}

Error::Error(ConnectionErrc errc, std::string detail, Execution execution)
    : std::runtime_error(line_of(name_of(errc), sentence_of(errc), detail)),
      code_(make_error_code(errc)),
      detail_(std::move(detail)),
      execution_(execution) {}

Status Error::status() const {
    return is_connection_error() ? Status::ok : static_cast<Status>(code_.value());
}

std::string_view Error::name() const {
    if (is_connection_error()) return name_of(static_cast<ConnectionErrc>(code_.value()));
    return protocol::name_of(status());
}

std::string_view Error::sentence() const {
    if (is_connection_error()) return sentence_of(static_cast<ConnectionErrc>(code_.value()));
    return protocol::sentence_of(status());
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw error;
}

}  // namespace tern
