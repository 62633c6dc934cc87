#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/presence.hpp"
#include "broker/runtime/topic_subscribers.hpp"

namespace tern::native {

/// What subscriptions need of the broker around a session. Two implementations: a connection, and a script in tests.
class TopicSurroundings {
public:
    virtual ~TopicSurroundings() = default;
    /// Queues a command whose answer comes to SessionCore::on_own_answer, apart from those that the peer asked for.
    /// Errors: as runtime::Broker::submit.
    virtual Result<void> submit_own(std::uint64_t request, engine::Command&& command) = 0;
    /// Messages of a queue that will not be pushed.
    virtual void give_back(engine::Answer&& answer) = 0;

    /// As those of engine/topic_queries.hpp, of what is there and durable.
    virtual Result<engine::HistoryPiece> read_history(std::uint32_t topic, std::uint64_t offset,
                                                      const engine::HistoryLimits& limits) = 0;
    virtual Result<std::uint64_t> find_in_history(std::uint32_t topic, Timestamp time) = 0;
    virtual Result<engine::RetainedPiece> read_retained(std::uint32_t topic, const std::string& pattern,
                                                        const std::string& after,
                                                        const engine::HistoryLimits& limits) = 0;

    virtual runtime::TopicSubscribers& topic_subscribers() = 0;
    virtual runtime::Presence& presence() = 0;
    /// The session has changed something there.
    virtual void presence_changed() = 0;
    virtual runtime::Metrics& metrics() = 0;
    /// There is something to write, and SessionCore::on_told is to be called soon.
    virtual void touch() = 0;
    /// SessionCore::on_turn is to be called soon, after others had their turn.
    virtual void ask_for_turn() = 0;
    virtual Timestamp now() const = 0;
};

}  // namespace tern::native
