#include <doctest/doctest.h>

#include <chrono>
#include <vector>

#include "broker/frontends/deliveries/delivery_policy.hpp"

using namespace tern::deliveries;
using namespace std::chrono_literals;
using tern::Milliseconds;

namespace {

std::vector<Milliseconds> delays(const DeliveryPolicy& policy) {
    std::vector<Milliseconds> all;
    for (std::uint32_t retry = 1; retry <= policy.retries; ++retry) all.push_back(policy.delay_before_retry(retry));
    return all;
}

std::vector<Milliseconds> backoff_of(const std::string& function) {
    return delays(delivery_policy(R"({"healthyRetryPolicy": {"numRetries": 5, "minDelayTarget": 1,
        "maxDelayTarget": 16, "backoffFunction": ")" +
                                      function + "\"}}",
                                  ""));
}

}  // namespace

TEST_CASE("the default is three retries, twenty seconds apart") {
    CHECK_EQ(delays(delivery_policy("", "")), std::vector<Milliseconds>{20s, 20s, 20s});
    CHECK_EQ(delays(delivery_policy("{", "[]")), std::vector<Milliseconds>{20s, 20s, 20s});
}

TEST_CASE("each function grows from the shortest delay to the longest in its own way") {
    CHECK_EQ(backoff_of("linear"), std::vector<Milliseconds>{1s, 4750ms, 8500ms, 12250ms, 16s});
    CHECK_EQ(backoff_of("arithmetic"), std::vector<Milliseconds>{1s, 2500ms, 5500ms, 10s, 16s});
    CHECK_EQ(backoff_of("geometric"), std::vector<Milliseconds>{1s, 2s, 4s, 8s, 16s});
    CHECK_EQ(backoff_of("exponential"), std::vector<Milliseconds>{1s, 2s, 4s, 8s, 16s});
}

TEST_CASE("the phases come in order: at once, at the shortest, growing, at the longest") {
    const auto policy = delivery_policy(R"({"healthyRetryPolicy": {"numRetries": 9, "numNoDelayRetries": 2,
        "numMinDelayRetries": 2, "numMaxDelayRetries": 2, "minDelayTarget": 10, "maxDelayTarget": 30}})",
                                        "");

    CHECK_EQ(delays(policy), std::vector<Milliseconds>{0s, 0s, 10s, 10s, 10s, 20s, 30s, 30s, 30s});
}

TEST_CASE("phases that are longer together than the retries are cut, and numbers are bounded") {
    const auto policy = delivery_policy(R"({"healthyRetryPolicy": {"numRetries": 3, "numNoDelayRetries": 2,
        "numMinDelayRetries": 9, "minDelayTarget": 99999, "maxDelayTarget": 1}})",
                                        "");

    CHECK_EQ(delays(policy), std::vector<Milliseconds>{0s, 0s, 3600s});
    CHECK_EQ(delivery_policy(R"({"healthyRetryPolicy": {"numRetries": 1e9, "minDelayTarget": -5}})", "").retries, 100);
}

TEST_CASE("the subscription's policy goes before the topic's, unless the topic forbids it") {
    const std::string subscription =
        R"({"healthyRetryPolicy": {"numRetries": 1}, "requestPolicy": {"headerContentType": "application/json"}})";
    const auto topic = [](const char* disabled) {
        return std::string(R"({"http": {"defaultHealthyRetryPolicy": {"numRetries": 7, "minDelayTarget": 2},
            "defaultRequestPolicy": {"headerContentType": "text/html"}, "disableSubscriptionOverrides": )") +
               disabled + "}}";
    };

    CHECK_EQ(delivery_policy("", topic("false")).retries, 7);
    CHECK_EQ(delivery_policy("", topic("false")).content_type, "text/html");
    const auto own = delivery_policy(subscription, topic("false"));
    CHECK_EQ(own.retries, 1);
    CHECK_EQ(own.delay_min, 20s);
    CHECK_EQ(own.content_type, "application/json");
    CHECK_EQ(delivery_policy(subscription, topic("true")).retries, 7);
    CHECK_EQ(delivery_policy(subscription, topic("true")).content_type, "text/html");
}

TEST_CASE("a content type that would break out of its header is not taken") {
    const auto policy = delivery_policy(R"({"requestPolicy": {"headerContentType": "a\r\nX: y"}})", "");

    CHECK(policy.content_type.empty());
}

TEST_CASE("how many deliveries begin in a second is the subscription's to say, else the topic's") {
    const char* const topic = R"({"http": {"defaultThrottlePolicy": {"maxReceivesPerSecond": 7}}})";
    const char* const subscription = R"({"throttlePolicy": {"maxReceivesPerSecond": 3}})";

    CHECK_EQ(delivery_policy("", "").deliveries_per_second_max, std::nullopt);
    CHECK_EQ(delivery_policy("", topic).deliveries_per_second_max, 7);
    CHECK_EQ(delivery_policy(subscription, topic).deliveries_per_second_max, 3);
    CHECK_EQ(delivery_policy(R"({"healthyRetryPolicy": {}})", topic).deliveries_per_second_max, 7);
    CHECK_EQ(delivery_policy(R"({"throttlePolicy": {"maxReceivesPerSecond": 0}})", "").deliveries_per_second_max,
             std::nullopt);
}
