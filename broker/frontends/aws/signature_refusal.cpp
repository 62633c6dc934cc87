#include "broker/base/check.hpp"
#include "broker/frontends/aws/signature.hpp"

namespace tern::aws {

int SignatureRefusal::http_status() const {
    return distrust == Distrust::incomplete || distrust == Distrust::expired ? 400 : 403;
}

std::string_view SignatureRefusal::shape() const {
    switch (distrust) {
        case Distrust::missing: return "MissingAuthenticationTokenException";
        case Distrust::incomplete: return "IncompleteSignatureException";
        case Distrust::unknown_key: return "UnrecognizedClientException";
        case Distrust::mismatch: return "InvalidSignatureException";
        case Distrust::expired: return "RequestExpired";
        case Distrust::denied: return "AccessDeniedException";
    }
    TERN_CHECK(false);
    return {};
}

std::string_view SignatureRefusal::query_code(std::string_view service) const {
    switch (distrust) {
        case Distrust::missing: return "MissingAuthenticationToken";
        case Distrust::incomplete: return "IncompleteSignature";
        case Distrust::unknown_key: return "InvalidClientTokenId";
        case Distrust::mismatch: return "SignatureDoesNotMatch";
        case Distrust::expired: return "RequestExpired";
        // SNS has a name of its own for it.
        case Distrust::denied: return service == "sns" ? "AuthorizationError" : "AccessDenied";
    }
    TERN_CHECK(false);
    return {};
}

std::optional<SignatureRefusal> authorize(const runtime::AccessKey& key, std::string_view service,
                                          std::string_view operation, std::optional<std::string_view> name,
                                          std::string_view resource) {
    const auto action = std::string(service) + ":" + std::string(operation);
    if (key.allows(action, name)) return std::nullopt;
    return SignatureRefusal{Distrust::denied, "User: " + key.id + " is not authorized to perform: " + action +
                                                  " on resource: " + std::string(resource)};
}

}  // namespace tern::aws
