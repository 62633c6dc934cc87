#include "tools/bench/filtered_publish.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/bench/broker_push.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/topic_frame.hpp"

namespace tern::bench {

namespace {

/// Subscriptions that match each publication.
constexpr std::size_t matching = 10;
constexpr double warm_up_seconds = 0.3;
constexpr int wait_ms_max = 100;

std::string store_name(std::size_t number) {
    return fmt::format("store-{}", number);
}

}  // namespace

FilteredTopics::FilteredTopics(Target& target, const TopicWorkload& workload, std::size_t subscriptions)
    : target_(target),
      workload_(workload),
      queues_(target, "filtered", subscriptions, workload.body_bytes),
      few_(fmt::format("bench-{}-few", getpid())),
      many_(fmt::format("bench-{}-many", getpid())) {
    for (const auto& topic : {few_, many_})
        target_.control().call(create_topic_frame(topic, workload.durable, workload.body_bytes));
    subscribe(few_, matching);
    subscribe(many_, subscriptions);
}

FilteredTopics::~FilteredTopics() {
    if (target_.started()) return;  // its data folder goes as a whole
    try {
        for (const auto& topic : {few_, many_}) target_.control().call(delete_topic_frame(topic));
    } catch (const std::exception&) {
        // The broker is gone or stopping: its topics are then its owner's to delete.
    }
}

void FilteredTopics::subscribe(const std::string& topic, std::size_t subscriptions) {
    const auto stores = subscriptions / matching;
    std::vector<std::string> frames;
    for (std::size_t i = 0; i < subscriptions; ++i) {
        const auto policy = fmt::format(R"({{"store":["{}"]}})", store_name(i % stores));
        frames.emplace_back(add_subscription_frame(topic, queues_.names()[i], policy).bytes());
    }
    target_.control().call_for_each(frames);
}

double FilteredTopics::publish_us(const std::string& topic, double seconds) {
    BrokerPush source(target_.endpoint(), workload_.publishers, {topic, workload_.body_bytes, store_name(0)});
    const auto publish_until = [&](Instant end) {
        while (Clock::now() < end) {
            stop_if_interrupted();
            while (source.under_way() < workload_.in_flight) source.push(Clock::now());
            std::vector<pollfd> waiting;
            source.add_descriptors(waiting);
            poll(waiting.data(), waiting.size(), wait_ms_max);
            source.serve();
        }
    };
    publish_until(Clock::now() + as_duration(warm_up_seconds));
    const auto begun = Clock::now();
    const auto before = source.acknowledged();
    publish_until(begun + as_duration(seconds));
    return seconds_between(begun, Clock::now()) * 1e6 / static_cast<double>(source.acknowledged() - before);
}

FilteredPublish FilteredTopics::measure(double seconds) {
    return {.few_us = publish_us(few_, seconds), .many_us = publish_us(many_, seconds)};
}

}  // namespace tern::bench
