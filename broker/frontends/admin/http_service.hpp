#pragma once

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/admin/http_step.hpp"

namespace tern::admin {

/// Another front end behind the HTTP port, with requests of its own. Outlives the connections; from any I/O thread.
class HttpService {
public:
    virtual ~HttpService() = default;
    /// Whether the request is this front end's. Asked before Host is judged: that is up to `begin`.
    virtual bool takes(const HttpRequest& request) const = 0;
    /// The first step of answering it; its Origin has been let in.
    virtual HttpStep begin(HttpRequest&& request) = 0;
};

}  // namespace tern::admin
