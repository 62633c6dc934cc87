#include "broker/frontends/admin/admin_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/admin/local_name.hpp"

namespace tern::admin {
namespace {

using Page = HttpResponse;

constexpr std::array<std::string_view, 3> paths = {"/", "/health", "/metrics"};

Page plain(int status, std::string text) {
    return {status, "text/plain; charset=utf-8", std::move(text)};
}

std::string_view health_name(store::SpaceState space) {
    switch (space) {
        case store::SpaceState::plenty: return "ok";
        case store::SpaceState::low: return "storage_low";
        case store::SpaceState::exhausted: return "storage_exhausted";
    }
    return "unknown";
}

}  // namespace

AdminPages::AdminPages(runtime::LocalBroker& broker, boost::asio::ip::address address, bool any_host,
                       std::vector<std::string> allowed_hosts)
    : broker_(broker),
      address_(std::move(address)),
      any_host_(any_host),
      allowed_hosts_(std::move(allowed_hosts)),
      started_at_(broker.now()) {}

HttpResponse AdminPages::answer(const HttpRequest& request) const {
    if (std::ranges::find(paths, request.path) == paths.end()) return plain(404, "there is /health and /metrics\n");
    if (request.method != "GET" && request.method != "HEAD") {
        auto refusal = plain(405, "this page can only be read\n");
        refusal.further_fields.emplace_back("Allow", "GET, HEAD");
        return refusal;
    }
    if (request.path == "/health") return health();
    if (request.path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(broker_)};
    return plain(200,
                 "Tern " TERN_VERSION "\n\n/health   whether it works, as JSON\n/metrics  counters, for Prometheus\n");
}

/// A request without a Host is of HTTP/1.0, and no browser's.
bool AdminPages::is_for_us(std::string_view host) const {
    if (any_host_ || host.empty() || equal_ignoring_case(host, "localhost")) return true;
    const auto address = address_of_host(host);
    return address && (address->is_loopback() || *address == address_);
}

bool AdminPages::shows(std::string_view path, std::string_view host) const {
    const bool watched = path == "/health" || path == "/metrics";
    return is_for_us(host) || (watched && is_local_name(host, allowed_hosts_));
}

/// An exhausted store takes no command that changes anything: to whoever balances load, that is not healthy.
HttpResponse AdminPages::health() const {
    const auto space = broker_.last_space();
    const int status = space.state == store::SpaceState::exhausted ? 503 : 200;
    const auto uptime = std::chrono::duration<double>(broker_.now() - started_at_).count();
    return {status, "application/json",
            fmt::format("{{\"status\":\"{}\",\"version\":\"{}\",\"uptime_seconds\":{:.3f},\"disk_free_bytes\":{}}}\n",
                        health_name(space.state), TERN_VERSION, uptime, space.disk_free_bytes)};
}

}  // namespace tern::admin
