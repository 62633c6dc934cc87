#include "broker/frontends/admin/cross_origin.hpp"

#include <memory>
#include <utility>

namespace tern::admin {
namespace {

/// What SDKs read of an answer besides its body and the fields that are open to every page.
constexpr const char* fields_exposed = "x-amzn-RequestId, x-amzn-query-error, Retry-After";
/// How long a browser need not ask again, in seconds.
constexpr const char* remembered_seconds = "600";

void open_to(const std::string& origin, HttpResponse& response) {
    response.further_fields.emplace_back("Access-Control-Allow-Origin", origin);
    response.further_fields.emplace_back("Vary", "Origin");
}

}  // namespace

bool is_preflight(const HttpRequest& request) {
    return request.method == "OPTIONS" && request.find("Origin") && request.find("Access-Control-Request-Method");
}

HttpResponse answer_preflight(const HttpRequest& request) {
    HttpResponse response;
    open_to(request.field("Origin").value_or(""), response);
    auto& fields = response.further_fields;
    fields.emplace_back("Access-Control-Allow-Methods", "GET, POST");
    if (auto wanted = request.field("Access-Control-Request-Headers"))
        fields.emplace_back("Access-Control-Allow-Headers", *std::move(wanted));
    fields.emplace_back("Access-Control-Max-Age", remembered_seconds);
    // A page of the network, let in by its name, that asks for a broker on this machine.
    if (request.field("Access-Control-Request-Private-Network") == "true")
        fields.emplace_back("Access-Control-Allow-Private-Network", "true");
    return response;
}

HttpStep readable_from(std::string origin, HttpStep&& step) {
    if (auto* const response = std::get_if<HttpResponse>(&step)) {
        open_to(origin, *response);
        response->further_fields.emplace_back("Access-Control-Expose-Headers", fields_exposed);
    } else if (auto* const submission = std::get_if<std::unique_ptr<Submission>>(&step)) {
        auto& then = (*submission)->then;
        then = [origin = std::move(origin), then = std::move(then)](engine::Answer&& answer) {
            return readable_from(origin, then(std::move(answer)));
        };
    }
    return std::move(step);
}

}  // namespace tern::admin
