#pragma once

#include <optional>
#include <variant>

#include "broker/base/time.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/call.hpp"
#include "broker/frontends/aws/options.hpp"
#include "broker/frontends/aws/signature.hpp"

/// Who is let in, and what for (docs/security.md).
namespace tern::aws {

/// A request that was let in. Without a signer: there are no keys, or the request has no signature at all.
struct Admission {
    std::optional<VerifiedCaller> signer;
};

/// In the scope of a signature, in ARNs and before an operation in actions.
std::string_view signing_name_of(Service service);

Error error_of(const SignatureRefusal& refusal, Service service);

/// What the answer to a request must look like that has not been read further than its header.
void guess_protocol(const admin::HttpRequest& request, Call& call);

/// Verifies the request's signature, if there are keys, and unpacks a body that came in chunks. Before anything of the
/// body is looked at. Errors: those of signature.hpp, but not that there is none.
std::variant<Admission, SignatureRefusal> admit(const AwsOptions& options, admin::HttpRequest& request, Timestamp now);

/// Whether who was let in may make this call; sets whose call it is.
/// Errors: missing when there is no signer and should be one; mismatch for a signature that is another service's;
/// denied.
std::optional<SignatureRefusal> authorize_call(const AwsOptions& options, const Admission& admission, Call& call);

}  // namespace tern::aws
