#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tools/bench/clock.hpp"
#include "tools/bench/publication_mark.hpp"
#include "tools/bench/request_frame.hpp"

/// Requests about topics, in the native protocol.
namespace tern::bench {

struct PublicationShape {
    std::string subject;
    std::size_t body_bytes = 0;
    /// The value of an attribute named "store"; empty: there is none.
    std::string store;
};

/// A publish of one publication, whose id and moment are filled in.
class PublishFrame {
public:
    explicit PublishFrame(const PublicationShape& shape);

    void set_id(std::uint64_t id) { std::memcpy(&bytes_[id_offset_], &id, sizeof id); }
    void set_moment(Instant moment) { write_mark_time(&bytes_[moment_offset_], moment); }
    std::string_view bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t id_offset_;
    std::size_t moment_offset_ = 0;
};

RequestFrame create_topic_frame(const std::string& topic, bool history, std::size_t publication_bytes);
RequestFrame delete_topic_frame(const std::string& topic);
RequestFrame subscribe_frame(const std::string& pattern);
/// Subscribes the queue to the whole topic, through a filter policy.
RequestFrame add_subscription_frame(const std::string& topic, const std::string& queue, const std::string& policy);

}  // namespace tern::bench
