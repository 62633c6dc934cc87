#include "broker/frontends/admin/publish_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/base/json_text.hpp"
#include "broker/base/percent.hpp"
#include "broker/base/utf8.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/subject.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "protocol/temporary.hpp"

namespace tern::admin {

namespace {

constexpr std::string_view topics_path = "/topics/";
constexpr std::string_view attribute_prefix = "Tern-Attribute-";

/// The fields of the query; the first one that is not right is the refusal's detail.
std::optional<std::string> read_query(std::string_view query, engine::Publish& to) {
    while (!query.empty()) {
        const auto end = std::min(query.size(), query.find('&'));
        const auto field = query.substr(0, end);
        query.remove_prefix(std::min(query.size(), end + 1));
        const auto equals = std::min(field.size(), field.find('='));
        const auto name = field.substr(0, equals);
        const auto value = percent_decoded(field.substr(std::min(field.size(), equals + 1)));
        if (name == "namespace" && value)
            to.topic.namespace_name = *value;
        else if (name == "ephemeral" && value && (*value == "true" || *value == "false"))
            to.ephemeral = *value == "true";
        else
            return std::string(name);
    }
    return std::nullopt;
}

bool has_prefix(std::string_view name, std::string_view prefix) {
    return name.size() >= prefix.size() && equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

/// Puts the field of the header into the publication. False for one that can be there once, and was there before.
bool take_field(std::string_view name, std::string&& value, engine::Publication& to) {
    if (has_prefix(name, attribute_prefix)) {
        to.attributes.push_back({std::string(name.substr(attribute_prefix.size())), "String", std::move(value)});
    } else if (equal_ignoring_case(name, "Tern-Key")) {
        if (to.deduplication_id) return false;
        to.deduplication_id = std::move(value);
    } else if (equal_ignoring_case(name, "Tern-Group")) {
        if (!to.group_id.empty()) return false;
        to.group_id = std::move(value);
    }
    return true;
}

int http_status_of(Errc status) {
    switch (status) {
        case Errc::topic_does_not_exist: return 404;
        case Errc::publication_too_large: return 413;
        case Errc::storage_full: return 507;
        case Errc::overloaded:
        case Errc::shutting_down: return 503;
        case Errc::storage_damaged:
        case Errc::internal_error: return 500;
        default: return 400;
    }
}

}  // namespace

HttpResponse refusal_of(Errc status, std::string_view detail) {
    std::string message(protocol::sentence_of(status));
    if (!detail.empty()) message.append(" (").append(detail).append(")");
    HttpResponse response;
    response.status = http_status_of(status);
    response.content_type = "application/json";
    response.body = fmt::format("{{\"error\":{{\"code\":{},\"name\":\"{}\",\"message\":", static_cast<int>(status),
                                protocol::name_of(status));
    // The detail may be the client's own text.
    append_json_string(response.body, valid_utf8(message) ? message : protocol::sentence_of(status));
    response.body += fmt::format(",\"temporary\":{}}}}}\n", protocol::is_temporary(status));
    return response;
}

std::variant<engine::Publish, HttpResponse> read_publish(HttpRequest&& request) {
    engine::Publish publish;
    const auto path = percent_decoded(std::string_view(request.path).substr(topics_path.size()));
    if (!path) return refusal_of(Errc::request_malformed, "the path");
    if (const auto wrong = read_query(request.query, publish)) return refusal_of(Errc::request_malformed, *wrong);

    engine::PublicationBatch batch(1);
    auto& publication = batch.front();
    publication.subject = *path;
    std::ranges::replace(publication.subject, '/', '.');
    publish.topic.name = engine::topic_of(publication.subject);
    for (auto& [name, value] : request.fields) {
        if (!take_field(name, std::move(value), publication)) return refusal_of(Errc::request_malformed, name);
    }
    publication.data = std::move(request.body);
    publish.batch = std::make_shared<const engine::PublicationBatch>(std::move(batch));
    return publish;
}

HttpResponse answer_to_publish(const engine::Answer& answer) {
    if (answer.status != Errc::ok) return refusal_of(answer.status, answer.detail);
    const auto* results = std::get_if<engine::PublishResults>(&answer.body);
    if (!results || results->results.size() != 1) return refusal_of(Errc::internal_error);
    const auto& result = results->results.front();
    if (result.status != Errc::ok) return refusal_of(result.status, result.detail);

    HttpResponse response;
    response.content_type = "application/json";
    response.body = fmt::format("{{\"id\":\"{}\"", engine::text_of(result.id));
    if (result.offset) response.body += fmt::format(",\"offset\":{},\"epoch\":\"{}\"", *result.offset, results->epoch);
    if (result.sequence > 0) response.body += fmt::format(",\"sequence\":{}", result.sequence);
    if (result.duplicate) response.body += ",\"duplicate\":true";
    response.body += "}\n";
    return response;
}

}  // namespace tern::admin
