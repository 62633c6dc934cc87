#include <doctest/doctest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "broker/runtime/listener.hpp"

namespace tern::runtime {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

void ignore(tcp::socket, IoThread&, ConnectionPlace) {}

/// Keeps what a listener hands over, and remembers on which threads.
struct ListenerFixture {
    explicit ListenerFixture(std::size_t connections_max = 100, std::size_t per_address_max = 100)
        : threads(2, {mailbox, metrics, clock, subscriber_counts, presence}),
          listener(threads, {"test", {asio::ip::address_v4::loopback(), 0}, connections_max, per_address_max},
                   metrics.native, log, [this](tcp::socket socket, IoThread& thread, ConnectionPlace place) {
                       const std::lock_guard lock(mutex);
                       io_threads.insert(thread.io_thread());
                       sockets.push_back(std::move(socket));
                       places.push_back(std::move(place));
                       arrived.notify_all();
                   }) {
        threads.start();
        listener.start();
    }
    ~ListenerFixture() {
        listener.stop();
        threads.stop();
        sockets.clear();
    }

    tcp::socket connect() {
        tcp::socket socket(context);
        socket.connect(listener.local_endpoint());
        return socket;
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex);
        REQUIRE(arrived.wait_for(lock, 10s, [&] { return sockets.size() >= count; }));
    }
    /// True when the other side has closed it.
    static bool is_closed(tcp::socket& socket) {
        char byte = 0;
        boost::system::error_code error;
        asio::read(socket, asio::buffer(&byte, 1), error);
        return error == asio::error::eof || error == asio::error::connection_reset;
    }

    asio::io_context context;
    Metrics metrics;
    ManualClock clock{Timestamp(1'000'000)};
    Mailbox mailbox;
    SubscriberCounts subscriber_counts{metrics.subscribers};
    Presence presence{metrics.presence_members};
    Log log;
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<ConnectionPlace> places;
    std::set<std::uint32_t> io_threads;
    IoThreads threads;
    std::vector<tcp::socket> sockets;
    Listener listener;
};

}  // namespace

TEST_CASE_FIXTURE(ListenerFixture, "connections are spread over the I/O threads, in turn") {
    std::vector<tcp::socket> peers;
    for (int i = 0; i < 4; ++i) peers.push_back(connect());
    wait_for(4);

    CHECK_EQ(io_threads, std::set<std::uint32_t>{0, 1});
    CHECK_EQ(metrics.native.accepted.value(), 4);
    CHECK_EQ(metrics.native.open.value(), 4);
}

TEST_CASE_FIXTURE(ListenerFixture, "sockets do not wait to join small writes") {
    const auto peer = connect();
    wait_for(1);

    tcp::no_delay no_delay;
    sockets[0].get_option(no_delay);
    CHECK(no_delay.value());
}

TEST_CASE("past the limit a connection is closed at once, and there is room again when one has ended") {
    ListenerFixture fixture(2);
    auto first = fixture.connect();
    auto second = fixture.connect();
    fixture.wait_for(2);

    auto third = fixture.connect();
    CHECK(ListenerFixture::is_closed(third));
    CHECK_EQ(fixture.metrics.native.refused.value(), 1);
    {
        const std::lock_guard lock(fixture.mutex);
        fixture.places.erase(fixture.places.begin());
    }
    CHECK_EQ(fixture.metrics.native.open.value(), 1);
    auto fourth = fixture.connect();
    fixture.wait_for(3);

    CHECK_EQ(fixture.metrics.native.open.value(), 2);
}

TEST_CASE("one address has a limit of its own") {
    ListenerFixture fixture(100, 1);
    auto first = fixture.connect();
    fixture.wait_for(1);

    auto second = fixture.connect();
    CHECK(ListenerFixture::is_closed(second));

    tcp::socket elsewhere(fixture.context);
    elsewhere.open(tcp::v4());
    elsewhere.bind({asio::ip::make_address("127.0.0.2"), 0});
    elsewhere.connect(fixture.listener.local_endpoint());
    fixture.wait_for(2);
    CHECK_EQ(fixture.metrics.native.open.value(), 2);
}

TEST_CASE_FIXTURE(ListenerFixture, "after a stop the port is free and nobody gets in") {
    const auto endpoint = listener.local_endpoint();
    listener.stop();

    tcp::socket late(context);
    boost::system::error_code error;
    late.connect(endpoint, error);
    CHECK_EQ(error, asio::error::connection_refused);
    CHECK_NOTHROW(Listener(threads, ListenerOptions{"again", endpoint}, metrics.native, log, ignore));
}

TEST_CASE_FIXTURE(ListenerFixture, "an address that is taken is told at once") {
    CHECK_THROWS_AS(Listener(threads, ListenerOptions{"again", listener.local_endpoint()}, metrics.native, log, ignore),
                    boost::system::system_error);
}

}  // namespace tern::runtime
