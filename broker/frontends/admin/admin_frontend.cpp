#include "broker/frontends/admin/admin_frontend.hpp"

#include <utility>

#include "broker/frontends/admin/admin_pages.hpp"
#include "broker/frontends/admin/http_connection.hpp"
#include "broker/runtime/listener.hpp"

namespace tern::admin {
namespace {

std::shared_ptr<HttpContext> make_context(runtime::LocalBroker& broker, const AdminOptions& options) {
    AdminPages pages(broker, options.endpoint.address(), options.any_host, options.allowed_hosts);
    HttpSite site(std::move(pages), options.allowed_origins, options.services, options.services_alone);
    return std::make_shared<HttpContext>(broker, std::move(site), options.door);
}

}  // namespace

struct AdminFrontend::Parts {
    Parts(runtime::LocalBroker& broker, const AdminOptions& options)
        : listener(broker.io_threads(),
                   {"http", options.endpoint, options.connections_max, options.connections_per_address_max},
                   broker.metrics().http, broker.log(),
                   [context = make_context(broker, options)](HttpConnection::Socket socket, runtime::IoThread& thread,
                                                             runtime::ConnectionPlace place) {
                       HttpConnection::begin(context, thread, std::move(socket), std::move(place));
                   }) {}

    runtime::Listener listener;
};

AdminFrontend::AdminFrontend(runtime::LocalBroker& broker, const AdminOptions& options)
    : parts_(std::make_unique<Parts>(broker, options)) {}

AdminFrontend::~AdminFrontend() {
    stop_accepting();
}

void AdminFrontend::start() {
    parts_->listener.start();
}

void AdminFrontend::stop_accepting() {
    parts_->listener.stop();
}

boost::asio::ip::tcp::endpoint AdminFrontend::local_endpoint() const {
    return parts_->listener.local_endpoint();
}

}  // namespace tern::admin
