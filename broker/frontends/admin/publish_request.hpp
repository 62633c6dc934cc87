#pragma once

#include <variant>

#include "broker/engine/answers.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/frontends/admin/http_message.hpp"

namespace tern::admin {

/// What a POST to /topics/NAME or /topics/NAME/REST publishes (docs/websockets.md): the body is the data; the rest of
/// the path, with dots or slashes in it, goes on the subject. The other outcome is the refusal.
std::variant<engine::Publish, HttpResponse> read_publish(HttpRequest&& request);

/// The answer to it, as JSON.
HttpResponse answer_to_publish(const engine::Answer& answer);

/// A refusal as JSON, with the HTTP status that fits.
HttpResponse refusal_of(Errc status, std::string_view detail = {});

}  // namespace tern::admin
