#pragma once

#include <string>
#include <vector>

#include "broker/frontends/admin/http_message.hpp"

namespace tern::admin {

/// Whether a request may come from the page that it comes from. Browsers let every page open a WebSocket and post a
/// form to every address, and name the page's origin in the request: it must be of this machine, or one of `allowed`
/// ("https://example.org", or "*" for all). Requests without an Origin are no browser's.
bool is_known_origin(const HttpRequest& request, const std::vector<std::string>& allowed);

/// The same for what our own pages use: they are of the same host as the request. Only where Host has been judged,
/// since other pages can be so, too (DNS rebinding).
bool is_known_origin_or_ours(const HttpRequest& request, const std::vector<std::string>& allowed);

}  // namespace tern::admin
