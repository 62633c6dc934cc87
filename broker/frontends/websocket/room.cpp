#include "broker/frontends/websocket/room.hpp"

#include <boost/system/error_code.hpp>
#include <chrono>
#include <vector>

#include "broker/frontends/websocket/connection.hpp"

namespace tern::websocket {

void Room::add(Connection& connection) {
    connections_.insert(&connection);
    if (!sweeping_) sweep_later();
}

void Room::sweep_later() {
    sweeping_ = true;
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->sweep();
    });
}

void Room::sweep() {
    // A copy: connections that are ended now leave the set.
    const std::vector<Connection*> all(connections_.begin(), connections_.end());
    for (auto* connection : all) {
        if (connections_.contains(connection)) connection->on_second_passed();
    }
    if (connections_.empty()) {
        sweeping_ = false;
        return;
    }
    sweep_later();
}

}  // namespace tern::websocket
