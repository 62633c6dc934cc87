#pragma once

#include <boost/asio/ip/address.hpp>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/runtime/local_broker.hpp"

namespace tern::admin {

/// What the HTTP port shows: `/`, `/health`, `/metrics`. From any I/O thread.
class AdminPages {
public:
    AdminPages(runtime::LocalBroker& broker, boost::asio::ip::address address, bool any_host,
               std::vector<std::string> allowed_hosts = {});

    HttpResponse answer(const HttpRequest& request) const;
    /// Whether a page is shown to who comes by this name: what containers and machines that watch look at, also by
    /// names that are local (local_name.hpp).
    bool shows(std::string_view path, std::string_view host) const;

private:
    /// Whether the name in Host is this machine's (AdminOptions::any_host).
    bool is_for_us(std::string_view host) const;
    HttpResponse health() const;

    runtime::LocalBroker& broker_;
    const boost::asio::ip::address address_;
    const bool any_host_;
    const std::vector<std::string> allowed_hosts_;
    const Timestamp started_at_;
};

/// The broker's metrics in the text format of Prometheus, version 0.0.4 (docs/operations.md lists them).
std::string metrics_text(runtime::LocalBroker& broker);

}  // namespace tern::admin
