#pragma once

#include <string>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/admin/http_step.hpp"

/// What browsers ask before a page of one origin may talk to another, and want to hear before it may read the answer
/// (https://fetch.spec.whatwg.org/#http-cors-protocol). Who is let in at all is up to origin.hpp.
namespace tern::admin {

/// A browser asks whether it may send what a page wants to send; that request follows.
bool is_preflight(const HttpRequest& request);

/// Yes, to a page that is let in: with whatever fields it wants to send, but without cookies and the like.
HttpResponse answer_preflight(const HttpRequest& request);

/// The same step, with an answer that pages of that origin may read.
HttpStep readable_from(std::string origin, HttpStep&& step);

}  // namespace tern::admin
