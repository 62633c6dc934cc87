#include "broker/frontends/aws/sqs_errors.hpp"

#include "broker/base/json_text.hpp"

namespace tern::aws::sqs {
namespace {

constexpr std::size_t value_bytes_shown = 1024;

}  // namespace

std::string shown(std::string_view value) {
    return std::string(front_of_utf8(value, value_bytes_shown));
}

Error missing(std::string_view parameter) {
    return {kinds::missing_parameter, "The request must contain the parameter " + std::string(parameter) + "."};
}

Error invalid_value(std::string_view value, std::string_view parameter, std::string_view reason) {
    std::string text = "Value " + shown(value) + " for parameter ";
    text.append(parameter).append(" is invalid. Reason: ").append(reason);
    return {kinds::invalid_parameter_value, std::move(text)};
}

Error no_such_queue(const Call& call) {
    return {kinds::queue_does_not_exist, call.protocol == Protocol::json
                                             ? "The specified queue does not exist."
                                             : "The specified queue does not exist for this wsdl version."};
}

Error bad_handle(std::string_view handle) {
    return {kinds::receipt_handle_invalid,
            "The input receipt handle \"" + shown(handle) + "\" is not a valid receipt handle."};
}

Error error_of(const Call& call, Errc status) {
    std::string text(protocol::sentence_of(status));
    switch (status) {
        case Errc::queue_does_not_exist: return no_such_queue(call);
        case Errc::over_in_flight_limit:
        case Errc::too_many_queues: return {kinds::over_limit, std::move(text)};
        case Errc::overloaded:
        case Errc::storage_full:
        case Errc::shutting_down: return {common_errors::service_unavailable, std::move(text)};
        case Errc::storage_damaged:
        case Errc::internal_error: return {common_errors::internal_failure, std::move(text)};
        default: return {kinds::invalid_parameter_value, std::move(text)};
    }
}

}  // namespace tern::aws::sqs
