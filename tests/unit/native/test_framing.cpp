#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "protocol/framing.hpp"

namespace {

using tern::protocol::FrameReader;

std::string framed(const std::string& body) {
    std::string frame(tern::protocol::frame_header_bytes, '\0');
    tern::protocol::store_frame_length(frame.data(), static_cast<std::uint32_t>(body.size()));
    return frame + body;
}

/// Feeds the bytes in pieces of at most `piece` and returns the frames that come out.
std::vector<std::string> feed(FrameReader& reader, std::string bytes, std::size_t piece) {
    std::vector<std::string> frames;
    while (!bytes.empty() && !reader.too_large()) {
        const auto space = reader.space();
        const auto count = std::min({piece, space.size, bytes.size()});
        std::copy_n(bytes.begin(), count, space.bytes);
        bytes.erase(0, count);
        reader.arrived(count);
        while (auto frame = reader.next()) frames.emplace_back(frame->view());
    }
    return frames;
}

}  // namespace

TEST_CASE("a frame's length is little-endian") {
    char header[4];
    tern::protocol::store_frame_length(header, 0x01020384);
    CHECK_EQ(std::string(header, 4), std::string("\x84\x03\x02\x01"));
    CHECK_EQ(tern::protocol::frame_length(header), 0x01020384);
}

TEST_CASE("frames come out whole, however the bytes arrive") {
    tern::SeededRandom random(7);
    std::string bytes;
    std::vector<std::string> sent;
    for (const std::size_t size : {0, 1, 100, 32'763, 32'764, 32'765, 200'000, 3, 40'000, 17}) {
        std::string body(size, '\0');
        for (auto& byte : body) byte = static_cast<char>(random.next());
        sent.push_back(body);
        bytes += framed(body);
    }

    for (const std::size_t piece : {1, 2, 3, 7, 100, 4096, 32'768, 1'000'000}) {
        CAPTURE(piece);
        FrameReader reader(1'000'000);
        CHECK(feed(reader, bytes, piece) == sent);
        CHECK(reader.between_frames());
    }
}

TEST_CASE("a length beyond the limit ends the reading before anything is allocated for it") {
    FrameReader reader(100);

    CHECK(feed(reader, framed(std::string(100, 'a')), 1000).size() == 1);
    CHECK_FALSE(reader.too_large());
    CHECK(feed(reader, std::string("\xff\xff\xff\xff rest", 9), 1000).empty());
    CHECK(reader.too_large());
    CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("a raised limit holds from the next frame on") {
    FrameReader reader(10);
    const auto small = framed("hello");
    const auto large = framed(std::string(50, 'x'));
    const auto space = reader.space();
    const auto both = small + large;
    std::copy(both.begin(), both.end(), space.bytes);
    reader.arrived(both.size());

    REQUIRE(reader.next().has_value());
    reader.set_frame_bytes_max(100);

    CHECK(reader.next().has_value());
}

TEST_CASE("a frame cut short is not between frames") {
    FrameReader reader(100);
    feed(reader, framed("hello").substr(0, 6), 100);
    CHECK_FALSE(reader.between_frames());
}
