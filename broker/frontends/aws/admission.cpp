#include "broker/frontends/aws/admission.hpp"

#include "broker/frontends/aws/recognition.hpp"
#include "broker/frontends/aws/signature_chunks.hpp"

namespace tern::aws {

std::string_view signing_name_of(Service service) {
    return service == Service::sns ? "sns" : "sqs";
}

Error error_of(const SignatureRefusal& refusal, Service service) {
    return {
        {refusal.shape(), refusal.query_code(signing_name_of(service)), refusal.http_status(), common_errors::coral},
        refusal.message};
}

void guess_protocol(const admin::HttpRequest& request, Call& call) {
    call.protocol = request.find("X-Amz-Target") ? Protocol::json : Protocol::query;
    const auto* const authorization = request.find("Authorization");
    const auto credential = authorization ? credential_of_authorization(authorization->value) : std::nullopt;
    constexpr std::string_view sns_version = "Version=2010-03-31";
    const bool sns = (credential && credential->service == "sns") ||
                     request.query.find(sns_version) != std::string::npos ||
                     request.body.find(sns_version) != std::string::npos;
    call.service = sns && call.protocol == Protocol::query ? Service::sns : Service::sqs;
}

std::variant<Admission, SignatureRefusal> admit(const AwsOptions& options, admin::HttpRequest& request, Timestamp now) {
    if (options.access_keys.empty()) {
        if (auto refusal = unwrap_chunks(request)) return std::move(*refusal);
        return Admission{};
    }
    const auto reading = read_signature(request);
    if (const auto* const refusal = std::get_if<SignatureRefusal>(&reading)) {
        // Whether that is a fault depends on what is asked.
        if (refusal->distrust == Distrust::missing) return Admission{};
        return *refusal;
    }
    const auto service = std::get<GivenSignature>(reading).scope.service;
    auto verified = verify_signature(request, options.access_keys, service, now);
    if (auto* const refusal = std::get_if<SignatureRefusal>(&verified)) return std::move(*refusal);
    return Admission{std::get<VerifiedCaller>(std::move(verified))};
}

}  // namespace tern::aws
