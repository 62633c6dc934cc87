#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_set>

#include "broker/frontends/native/frame_codec.hpp"

namespace tern::native {

class Connection;

/// The connections of one I/O thread: what they share there, and a look at each of them once a second instead of a
/// timer for each. On that thread only.
class Connections : public std::enable_shared_from_this<Connections> {
public:
    explicit Connections(boost::asio::io_context& context) : timer_(context) {}

    void add(Connection& connection);
    void remove(Connection& connection) { connections_.erase(&connection); }
    FrameCodec& codec() { return codec_; }

private:
    void sweep_later();
    void sweep();

    boost::asio::steady_timer timer_;
    bool sweeping_ = false;
    std::unordered_set<Connection*> connections_;
    FrameCodec codec_;
};

}  // namespace tern::native
