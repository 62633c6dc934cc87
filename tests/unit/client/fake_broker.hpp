#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tern/client_options.hpp"
#include "tern_generated.h"

namespace tern {

/// The broker's end of one connection, as a script sees it: blocking, on the script's thread.
class FakePeer {
public:
    explicit FakePeer(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    struct Request {
        std::uint64_t id = 0;
        protocol::wire::RequestBody kind{};
        /// Entries of a send.
        std::size_t messages = 0;
        std::string frame;

        template <class Body>
        const Body* body_as() const {
            return protocol::wire::GetRequest(frame.data())->body_as<Body>();
        }
    };
    /// The next request; throws when the client hangs up.
    Request receive();
    /// Takes the hello and welcomes the client.
    void welcome(std::uint32_t requests_in_flight_max = 1024);
    void refuse(std::uint64_t request, std::uint16_t status);
    void answer_done(std::uint64_t request);
    /// An accepted result an entry; the sequence is the entry's place.
    void answer_sent(const Request& request);
    template <class Body>
    void answer(std::uint64_t request, flatbuffers::FlatBufferBuilder& builder, flatbuffers::Offset<Body> body) {
        const auto kind = protocol::wire::ReplyBodyTraits<Body>::enum_value;
        builder.Finish(protocol::wire::CreateReply(builder, request, 0, 0, kind, body.Union()),
                       protocol::wire::RequestIdentifier());
        write_finished(builder);
    }
    void write(const std::string& bytes);
    /// Hangs up.
    void close();
    /// Waits until the client hangs up.
    void wait_for_end();

private:
    void write_finished(const flatbuffers::FlatBufferBuilder& builder);

    boost::asio::ip::tcp::socket socket_;
};

/// Listens on a free port and runs one script a connection, in order, on a thread of its own.
class FakeBroker {
public:
    using Script = std::function<void(FakePeer&)>;

    explicit FakeBroker(std::vector<Script> scripts);
    /// Waits for the scripts.
    ~FakeBroker();

    ServerAddress address() const { return address_; }
    void join();

private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    ServerAddress address_;
    std::thread thread_;
};

/// A port on which nobody listens.
ServerAddress address_of_nobody();

/// For a client that comes back at once when it is hung up on.
inline ClientOptions options_for(const ServerAddress& server) {
    using std::chrono::milliseconds;
    return {.server = server, .backoff_first = milliseconds(1), .backoff_max = milliseconds(5)};
}

}  // namespace tern
