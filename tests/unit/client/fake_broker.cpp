#include "tests/unit/client/fake_broker.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "protocol/framing.hpp"

namespace tern {

namespace {

namespace asio = boost::asio;
namespace wire = protocol::wire;
using Tcp = asio::ip::tcp;

const Tcp::endpoint any_port(asio::ip::address_v4::loopback(), 0);

}  // namespace

FakePeer::Request FakePeer::receive() {
    char header[protocol::frame_header_bytes];
    asio::read(socket_, asio::buffer(header));
    std::string frame(protocol::frame_length(header), '\0');
    asio::read(socket_, asio::buffer(frame));
    const auto& request = *wire::GetRequest(frame.data());
    const auto* send = request.body_as_Send();
    const auto messages = send && send->messages() ? send->messages()->size() : 0;
    return {request.id(), request.body_type(), messages, std::move(frame)};
}

void FakePeer::welcome(std::uint32_t requests_in_flight_max) {
    const auto hello = receive();
    flatbuffers::FlatBufferBuilder builder;
    answer(hello.id, builder,
           wire::CreateWelcomeDirect(builder, 1, "fake", 20u << 20, requests_in_flight_max, 1000, 16u << 20));
}

void FakePeer::refuse(std::uint64_t request, std::uint16_t status) {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(wire::CreateReplyDirect(builder, request, status, "refused"), wire::RequestIdentifier());
    write_finished(builder);
}

void FakePeer::answer_done(std::uint64_t request) {
    flatbuffers::FlatBufferBuilder builder;
    answer(request, builder, wire::CreateDone(builder));
}

void FakePeer::answer_sent(const Request& request) {
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<wire::SendResult>> results;
    for (std::size_t i = 0; i < request.messages; ++i) {
        const wire::Uuid id(0, i);
        results.push_back(wire::CreateSendResult(builder, 0, 0, &id, i));
    }
    const auto vector = builder.CreateVector(results);
    answer(request.id, builder, wire::CreateSendResults(builder, vector));
}

void FakePeer::write_finished(const flatbuffers::FlatBufferBuilder& builder) {
    std::string frame(protocol::frame_header_bytes, '\0');
    protocol::store_frame_length(frame.data(), builder.GetSize());
    write(frame.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()));
}

void FakePeer::write(const std::string& bytes) {
    asio::write(socket_, asio::buffer(bytes));
}

void FakePeer::close() {
    socket_.close();
}

void FakePeer::wait_for_end() {
    boost::system::error_code error;
    char byte = 0;
    while (!error) asio::read(socket_, asio::buffer(&byte, 1), error);
}

FakeBroker::FakeBroker(std::vector<Script> scripts)
    : acceptor_(context_, any_port),
      address_{"127.0.0.1", acceptor_.local_endpoint().port()} {
    thread_ = std::thread([this, scripts = std::move(scripts)] {
        for (const auto& script : scripts) {
            FakePeer peer(acceptor_.accept());
            // A client that hangs up in the middle is the end of this script, not of the test.
            try {
                script(peer);
            } catch (const boost::system::system_error&) {
            }
        }
    });
}

FakeBroker::~FakeBroker() {
    join();
}

void FakeBroker::join() {
    if (thread_.joinable()) thread_.join();
}

ServerAddress address_of_nobody() {
    asio::io_context context;
    const Tcp::acceptor acceptor(context, any_port);
    return {"127.0.0.1", acceptor.local_endpoint().port()};
}

}  // namespace tern
