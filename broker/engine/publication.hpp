#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/publication_extras.hpp"
#include "broker/engine/queue_name.hpp"

namespace tern::engine {

/// Names of all shapes are alike: a name in a namespace.
using TopicName = QueueName;

struct PublicationAttribute {
    std::string name;
    /// String, Number, Binary or String.Array, perhaps with a custom label behind a dot.
    std::string type;
    Bytes value;
};

/// What a publisher says. Owns its bytes: it outlives its frame, since it is pushed after its commit.
struct Publication {
    /// Begins with the topic's name, or is it.
    std::string subject;
    Bytes data;
    std::vector<PublicationAttribute> attributes;
    /// FIFO topics only.
    std::string group_id;
    std::optional<std::string> deduplication_id;
    /// Null: none.
    std::shared_ptr<const PublicationExtras> extras{};
};

/// The publications of one request. Never changed once made: shared by the engine and everyone that they are pushed to.
using PublicationBatch = std::vector<Publication>;

/// A publication that was accepted, on its way to subscribers; told once it is durable.
struct Published {
    std::uint32_t topic = 0;
    /// Nothing: ephemeral.
    std::optional<std::uint64_t> offset;
    Timestamp at;
    MessageId id;
    /// Which of the batch.
    std::uint32_t index = 0;
    std::shared_ptr<const PublicationBatch> batch;

    const Publication& publication() const { return (*batch)[index]; }
};

}  // namespace tern::engine
