#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/engine/endpoint_queries.hpp"
#include "broker/frontends/deliveries/outgoing.hpp"
#include "broker/frontends/deliveries/post.hpp"
#include "broker/frontends/deliveries/settling.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/io_threads.hpp"

namespace tern::deliveries {

struct DispatcherOptions {
    /// Requests under way at once to one endpoint, and to all.
    std::size_t in_flight_per_endpoint_max = 10;
    std::size_t in_flight_max = 1'000;
    /// How long to leave an endpoint alone whose queue could not be asked.
    Milliseconds rest = std::chrono::seconds(1);
};

/// Delivers what waits for endpoints of the protocols http and https. It receives from each endpoint's hidden queue as
/// any consumer would, by long polls, so that nothing is looked at while there is nothing to do, and one endpoint that
/// hangs holds up no other. A message is deleted when it was delivered, made visible later when it is to be tried
/// again, and its receive count is the number of the attempt: all that must survive a crash is in the queue. On one I/O
/// thread, on which also the poster calls.
class Dispatcher final : public runtime::AnswerReceiver {
public:
    /// Before the broker starts; begins to work when its thread does. Broker and thread outlive it; it is destroyed
    /// when the thread does not run.
    Dispatcher(runtime::Broker& broker, runtime::IoThread& thread, Poster& poster, DispatcherOptions options);

    void on_answer(std::uint64_t request, engine::Answer&& answer) override;
    /// What is under way is given up: it is as if it had not been begun.
    void on_shutdown() override;

private:
    struct Lane {
        engine::QueueName queue;
        std::size_t in_flight = 0;
        /// Deliveries begun in the second that runs, and how many may be.
        std::size_t begun = 0;
        std::optional<std::uint32_t> begun_max{};
        bool receiving = false;
        /// After a refusal, until the next try.
        bool resting = false;
        /// Stands in waiting_.
        bool waiting = false;
        /// Its last delivery failed for good, and the log says so.
        bool failing = false;
    };
    enum class Ending : std::uint8_t { delivered, retried, dead_lettered, dropped };
    struct Delivery {
        engine::EndpointId endpoint;
        engine::QueueName queue;
        engine::ReceivedMessage message;
        // Once the outcome is known:
        Ending ending = Ending::delivered;
        Milliseconds retry_in{};
        std::optional<engine::QueueName> dead_letter_queue{};
        Outgoing::DeadLetter letter{};
    };

    void begin();
    void add_lanes(const std::vector<engine::EndpointId>& endpoints);
    void receive_more(engine::EndpointId endpoint);
    /// How many more deliveries may begin now.
    std::size_t room_of(const Lane& lane) const;
    void count_begun(engine::EndpointId endpoint, Lane& lane);
    void rest(engine::EndpointId endpoint);
    void on_received(engine::EndpointId endpoint, engine::Answer&& answer);
    void deliver_all(engine::EndpointId endpoint, engine::Answer&& answer);
    void deliver(engine::EndpointId endpoint, engine::ReceivedMessage&& message,
                 const engine::EndpointDescription* description, const DeliveryPolicy& policy);
    void on_outcome(std::uint64_t number, PostOutcome&& outcome);
    void decide(Delivery& delivery, const PostOutcome& outcome);
    void settle(std::uint64_t number);
    void on_settled(std::uint64_t number, const engine::Answer& answer);
    void end_delivery(std::uint64_t number);
    void count(Ending ending);
    void log_failure(const Delivery& delivery, const Outgoing& outgoing, const std::string& reason);
    bool submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame, std::size_t bytes);

    runtime::Broker& broker_;
    runtime::IoThread& thread_;
    Poster& poster_;
    const DispatcherOptions options_;
    std::uint64_t session_ = 0;
    bool stopped_ = false;
    /// Of requests and deliveries.
    std::uint64_t numbers_ = 0;
    std::map<engine::EndpointId, Lane> lanes_;
    /// Lanes that found no place free, in that order.
    std::deque<engine::EndpointId> waiting_;
    std::unordered_map<std::uint64_t, Delivery> deliveries_;
    std::unordered_map<std::uint64_t, engine::EndpointId> receives_;
    /// Requests that settle a delivery, by its number.
    std::unordered_map<std::uint64_t, std::uint64_t> settlements_;
};

}  // namespace tern::deliveries
