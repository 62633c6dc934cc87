#include "broker/frontends/admin/http_site.hpp"

#include <utility>

#include "broker/frontends/admin/cross_origin.hpp"
#include "broker/frontends/admin/origin.hpp"
#include "broker/frontends/admin/publish_request.hpp"
#include "broker/frontends/admin/static_files.hpp"

namespace tern::admin {

namespace {

HttpResponse plain_refusal(int status, std::string_view reason) {
    HttpResponse response;
    response.status = status;
    response.body = std::string(reason) + "\n";
    return response;
}

HttpResponse refuse_origin() {
    return plain_refusal(403, "pages of this origin are not allowed here (http_allowed_origins)");
}

/// A browser that shows the page of another origin asks first, and lets it read what says so.
template <class Begin>
HttpStep begin_for_page(HttpRequest&& request, Begin begin) {
    if (is_preflight(request)) return answer_preflight(request);
    auto origin = request.field("Origin");
    auto step = begin(std::move(request));
    return origin ? readable_from(*std::move(origin), std::move(step)) : std::move(step);
}

HttpStep begin_publish(HttpRequest&& request) {
    if (request.method != "POST") {
        auto refusal = plain_refusal(405, "POST publishes here");
        refusal.further_fields.emplace_back("Allow", "POST");
        return refusal;
    }
    const auto bytes = request.body.size();
    auto publish = read_publish(std::move(request));
    if (auto* refusal = std::get_if<HttpResponse>(&publish)) return std::move(*refusal);
    auto submission = std::make_unique<Submission>();
    submission->command = std::get<engine::Publish>(std::move(publish));
    submission->bytes = bytes;
    submission->then = [](engine::Answer&& answer) { return answer_to_publish(answer); };
    return submission;
}

HttpStep begin_upgrade(const HttpRequest& request) {
    auto verdict = judge_upgrade(request);
    if (auto* refusal = std::get_if<HttpResponse>(&verdict)) return std::move(*refusal);
    return std::get<Upgrade>(std::move(verdict));
}

}  // namespace

HttpStep HttpSite::begin(HttpRequest&& request) const {
    for (auto* service : services_) {
        if (!service->takes(request)) continue;
        if (!is_known_origin(request, allowed_origins_)) return refuse_origin();
        return begin_for_page(std::move(request),
                              [service](HttpRequest&& asked) { return service->begin(std::move(asked)); });
    }
    if (services_alone_ && request.path != "/health") return plain_refusal(404, "there is nothing here");
    if (!pages_.shows(request.path, request.host)) {
        return plain_refusal(403,
                             "this port answers requests to this machine's own address only, not to the name in Host");
    }
    const bool publish = request.path.starts_with("/topics/");
    if (!publish && request.path != "/ws") {
        if (auto file = answer_with_file(request, static_files())) return std::move(*file);
        return pages_.answer(request);
    }
    if (!is_known_origin_or_ours(request, allowed_origins_)) return refuse_origin();
    return publish ? begin_for_page(std::move(request), begin_publish) : begin_upgrade(request);
}

}  // namespace tern::admin
