#pragma once

#include <string>
#include <vector>

/// One frame of each kind, as this implementation writes it: what the files in protocol/golden/ hold.
namespace tern::golden {

struct GoldenFrame {
    /// The file's name without its ending.
    std::string name;
    /// With the length in front.
    std::string frame;
};

/// One of each kind of request, by the C++ client.
std::vector<GoldenFrame> requests();
/// One of each kind of reply, by the broker.
std::vector<GoldenFrame> replies();
/// Those of replies() that speak of streams, groups and transactions.
std::vector<GoldenFrame> stream_replies();
/// Those of requests() and replies() that speak of topics.
std::vector<GoldenFrame> topic_requests();
std::vector<GoldenFrame> topic_replies();

/// A frame's content as text for people: the same for every correct encoding of the same message.
std::string request_text(const std::string& frame);
std::string reply_text(const std::string& frame);

}  // namespace tern::golden
