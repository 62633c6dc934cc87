#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <unordered_set>

#include "broker/frontends/native/frame_codec.hpp"
#include "broker/frontends/native/shared_context.hpp"
#include "broker/frontends/websocket/json_codec.hpp"

namespace tern::websocket {

class Connection;

/// The WebSockets of one I/O thread: what they share there, and a look at each of them once a second instead of a timer
/// for each. On that thread only.
class Room : public std::enable_shared_from_this<Room> {
public:
    Room(boost::asio::io_context& io_context, std::shared_ptr<native::SharedContext> context,
         std::uint64_t requests_per_second_max)
        : context_(std::move(context)),
          requests_per_second_max_(requests_per_second_max),
          timer_(io_context),
          json_(context_->broker) {}

    void add(Connection& connection);
    void remove(Connection& connection) { connections_.erase(&connection); }

    const std::shared_ptr<native::SharedContext>& context() const { return context_; }
    std::uint64_t requests_per_second_max() const { return requests_per_second_max_; }
    native::Codec& json() { return json_; }
    native::Codec& frames() { return frames_; }

private:
    void sweep_later();
    void sweep();

    const std::shared_ptr<native::SharedContext> context_;
    const std::uint64_t requests_per_second_max_;
    boost::asio::steady_timer timer_;
    bool sweeping_ = false;
    std::unordered_set<Connection*> connections_;
    JsonCodec json_;
    native::FrameCodec frames_;
};

}  // namespace tern::websocket
