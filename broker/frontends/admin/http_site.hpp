#pragma once

#include <string>
#include <utility>
#include <vector>

#include "broker/frontends/admin/admin_pages.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/admin/http_service.hpp"
#include "broker/frontends/admin/http_step.hpp"

namespace tern::admin {

/// What the HTTP port offers, and to whom. From any I/O thread.
class HttpSite {
public:
    /// `allowed_origins`: see origin.hpp. `services` are asked in their order, before the pages; with `services_alone`
    /// the only other thing is /health.
    HttpSite(AdminPages pages, std::vector<std::string> allowed_origins, std::vector<HttpService*> services = {},
             bool services_alone = false)
        : pages_(std::move(pages)),
          allowed_origins_(std::move(allowed_origins)),
          services_(std::move(services)),
          services_alone_(services_alone) {}

    /// The first step of answering a request.
    HttpStep begin(HttpRequest&& request) const;

private:
    const AdminPages pages_;
    const std::vector<std::string> allowed_origins_;
    const std::vector<HttpService*> services_;
    const bool services_alone_;
};

}  // namespace tern::admin
