#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "broker/runtime/metrics.hpp"

namespace tern::runtime {

class ConnectionPlaces;

/// A connection's place among those that there may be: keep it as long as the connection lives.
class ConnectionPlace {
public:
    ConnectionPlace() = default;
    ConnectionPlace(std::shared_ptr<ConnectionPlaces> places, boost::asio::ip::address address)
        : places_(std::move(places)),
          address_(std::move(address)) {}
    ConnectionPlace(ConnectionPlace&& other) noexcept = default;
    ConnectionPlace& operator=(ConnectionPlace&& other) noexcept {
        std::swap(places_, other.places_);
        std::swap(address_, other.address_);
        return *this;
    }
    ~ConnectionPlace();

private:
    std::shared_ptr<ConnectionPlaces> places_;
    boost::asio::ip::address address_;
};

struct PlacesMax {
    std::size_t connections = 0;
    std::size_t per_address = 0;
};

/// Who is connected by one kind of connection. From any thread, since connections end where they live.
class ConnectionPlaces : public std::enable_shared_from_this<ConnectionPlaces> {
public:
    ConnectionPlaces(const PlacesMax& max, ConnectionMetrics& metrics) : max_(max), metrics_(metrics) {}

    /// Nothing when there are as many connections as there may be, in all or from this address.
    std::optional<ConnectionPlace> take(const boost::asio::ip::address& address);

private:
    friend class ConnectionPlace;
    void leave(const boost::asio::ip::address& address);

    const PlacesMax max_;
    ConnectionMetrics& metrics_;
    std::mutex mutex_;
    std::size_t taken_ = 0;
    std::map<boost::asio::ip::address, std::size_t> by_address_;
};

}  // namespace tern::runtime
