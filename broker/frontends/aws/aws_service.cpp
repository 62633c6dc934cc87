#include "broker/frontends/aws/aws_service.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "broker/engine/publication_record.hpp"
#include "broker/frontends/aws/access.hpp"
#include "broker/frontends/aws/admission.hpp"
#include "broker/frontends/aws/call_reader.hpp"
#include "broker/frontends/aws/developer_pages.hpp"
#include "broker/frontends/aws/recognition.hpp"
#include "broker/frontends/aws/rendering.hpp"
#include "broker/runtime/system_random.hpp"

namespace tern::aws {
namespace {

admin::HttpResponse refuse_access(std::string_view reason) {
    admin::HttpResponse response;
    response.status = 403;
    response.body = std::string(reason) + "\n";
    return response;
}

/// The certificate, at its own address only: SDKs keep what they fetched.
admin::HttpResponse certificate_page(Signer& signer, std::string_view path) {
    admin::HttpResponse response;
    if (path.ends_with(certificate_path(signer.fingerprint()))) {
        response.content_type = "application/x-pem-file";
        response.body = signer.certificate();
    } else {
        response.status = 404;
        response.body = "this broker has another certificate\n";
    }
    return response;
}

/// Signatures are about the time that the rest of the world has; the broker's own never goes back.
Timestamp wall_clock_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp(std::chrono::duration_cast<Milliseconds>(now).count());
}

admin::HttpStep go_on(std::shared_ptr<const Call> call, const Operation& operation, Step&& step) {
    if (const auto* const result = std::get_if<boost::json::object>(&step))
        return render_result(*call, operation, *result);
    if (const auto* const error = std::get_if<Error>(&step)) return render_error(*call, *error);
    auto& submit = std::get<Submit>(step);
    auto submission = std::make_unique<admin::Submission>();
    submission->command = std::move(submit.command);
    submission->frame = std::move(submit.frame);
    submission->bytes = submit.bytes;
    submission->ends_with_client = submit.ends_with_client;
    submission->then = [call = std::move(call), &operation, then = std::move(submit.then)](engine::Answer&& answer) {
        return go_on(call, operation, then(std::move(answer)));
    };
    return submission;
}

}  // namespace

AwsService::AwsService(runtime::LocalBroker& broker, AwsOptions options)
    : options_(std::move(options)),
      signer_(broker.data_folder()),
      surroundings_{broker, options_, signer_},
      seed_(runtime::SystemRandom().next()) {}

AwsService::~AwsService() = default;

bool AwsService::takes(const admin::HttpRequest& request) const {
    return is_aws_request(request);
}

admin::HttpStep AwsService::begin(admin::HttpRequest&& request) {
    if (!is_allowed_host(request.host, options_))
        return refuse_access("this port does not answer to the name in Host (http_allowed_hosts)");
    if (is_certificate_path(request.path)) return certificate_page(signer_, request.path);
    if (is_developer_page(request.path)) {
        if (!options_.access_keys.empty() && !request.path.starts_with("/_localstack/"))
            return refuse_access("there are access keys, so that nobody looks at messages without one");
        return answer_developer_page(surroundings_, request);
    }

    const auto call = std::make_shared<Call>();
    call->request_id = new_request_id();
    const auto admission = admit(options_, request, wall_clock_now());
    if (const auto* const refusal = std::get_if<SignatureRefusal>(&admission)) {
        guess_protocol(request, *call);
        return render_error(*call, error_of(*refusal, call->service));
    }
    const auto found = read_call(options_, request, *call);
    const auto* const read = std::get_if<const Operation*>(&found);
    if (const auto refusal = authorize_call(options_, std::get<Admission>(admission), *call)) {
        return render_error(*call, error_of(*refusal, call->service));
    }
    if (const auto* const error = std::get_if<Error>(&found)) return render_error(*call, *error);
    if (!read) return render_unknown_operation(*call);
    const auto& operation = **read;
    auto step = operation.begin(surroundings_, *call);
    // What the operation still needs it has taken: a long poll holds no parameters.
    call->take_parameters({});
    return go_on(call, operation, std::move(step));
}

std::string AwsService::new_request_id() {
    SeededRandom random(seed_ + 2 * requests_.fetch_add(1, std::memory_order_relaxed));
    const auto high = random.next();
    return engine::text_of(engine::MessageId{high, random.next()});
}

}  // namespace tern::aws
