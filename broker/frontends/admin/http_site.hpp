#pragma once

#include <string>
#include <variant>
#include <vector>

#include "broker/engine/commands_of_topics.hpp"
#include "broker/frontends/admin/admin_pages.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/admin/upgrade.hpp"

namespace tern::admin {

/// What the HTTP port offers, and to whom. From any I/O thread.
class HttpSite {
public:
    /// What a request asks for: an answer that is there at once, something to publish, or to go on as a WebSocket.
    using Wish = std::variant<HttpResponse, engine::Publish, Upgrade>;

    /// `allowed_origins`: see origin.hpp.
    HttpSite(AdminPages pages, std::vector<std::string> allowed_origins)
        : pages_(std::move(pages)),
          allowed_origins_(std::move(allowed_origins)) {}

    Wish judge(HttpRequest&& request) const;

private:
    const AdminPages pages_;
    const std::vector<std::string> allowed_origins_;
};

}  // namespace tern::admin
