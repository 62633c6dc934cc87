#pragma once

#include <string>
#include <vector>

#include "broker/frontends/admin/http_message.hpp"

namespace tern::admin {

/// Whether a request may come from the page that it comes from. Browsers let every page open a WebSocket and post a
/// form to every address, and name the page's origin in the request: it must be of the same host as the request, of
/// this machine, or one of `allowed` ("https://example.org", or "*" for all). Requests without an Origin are no
/// browser's.
bool may_come_from_its_origin(const HttpRequest& request, const std::vector<std::string>& allowed);

}  // namespace tern::admin
