#include "broker/runtime/connection_places.hpp"

namespace tern::runtime {

ConnectionPlace::~ConnectionPlace() {
    if (places_) places_->leave(address_);
}

std::optional<ConnectionPlace> ConnectionPlaces::take(const boost::asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    if (taken_ >= max_.connections) return std::nullopt;
    const auto found = by_address_.find(address);
    if (found != by_address_.end() && found->second >= max_.per_address) return std::nullopt;
    ++by_address_[address];
    ++taken_;
    metrics_.open.set(taken_);
    return ConnectionPlace(shared_from_this(), address);
}

void ConnectionPlaces::leave(const boost::asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    const auto found = by_address_.find(address);
    if (--found->second == 0) by_address_.erase(found);
    --taken_;
    metrics_.open.set(taken_);
}

}  // namespace tern::runtime
