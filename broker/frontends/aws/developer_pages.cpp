#include "broker/frontends/aws/developer_pages.hpp"

#include <string>
#include <utility>

#include "broker/frontends/aws/sns_developer_pages.hpp"
#include "broker/frontends/aws/sqs_messages_page.hpp"

namespace tern::aws {
namespace {

admin::HttpResponse page_of(int status, std::string_view content_type, std::string body) {
    admin::HttpResponse response;
    response.status = status;
    response.content_type = content_type;
    response.body = std::move(body);
    return response;
}

/// What clients of LocalStack wait for before they begin.
admin::HttpResponse local_health() {
    return page_of(200, "application/json",
                   R"({"services":{"sqs":"running","sns":"running"},"edition":"tern","version":")" TERN_VERSION
                   "\"}\n");
}

}  // namespace

admin::HttpStep answer_developer_page(const Surroundings& surroundings, const admin::HttpRequest& request) {
    if (request.path == "/_localstack/health") return local_health();
    if (auto page = sqs::answer_messages_page(surroundings, request)) return std::move(*page);
    if (auto page = sns::answer_developer_page(surroundings, request)) return std::move(*page);
    return page_of(404, "text/plain; charset=utf-8",
                   "there is /_aws/sqs/messages, /_aws/sns/… (docs/aws.md) and /_localstack/health\n");
}

}  // namespace tern::aws
