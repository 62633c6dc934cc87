#include "tests/crash/topic_load.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/crash/hours.hpp"
#include "tests/crash/names.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

const TopicName shared_topic{"news"};
const std::string everything = "news.>";
/// Keeps a few of what is published to it.
const TopicName cut_topic{"ticker"};
const std::string cut_subject = "ticker.a";
constexpr std::int64_t kept_max = 20;
/// The name of the durable subscription.
const std::string durable = "printer";
const std::array<std::string, 4> shared_subjects = {"news.a", "news.b", "news.b.c", "news.d"};
/// As many as are remembered to be published again.
constexpr std::size_t recent_max = 5;
/// Nobody sends to it: a receive from it is a wait.
const std::string silent_queue = "silent";
constexpr std::int64_t patience_ms = 20;

class Publisher {
public:
    Publisher(const LoadOptions& options, std::uint32_t number)
        : options_(options),
          number_(number),
          random_(options.seed * 1000 + 700 + number),
          client_(options.port) {}

    void run() {
        for (std::uint32_t round = 0; round < options_.rounds; ++round) {
            for (auto requests = 1 + random_.below(3); requests > 0; --requests) {
                publish();
                ++expected_;
            }
            for (; expected_ > 0; --expected_) client_.await();
        }
    }

private:
    NewPublication publication(const std::string& subject) {
        NewPublication publication;
        publication.subject = subject;
        publication.data = fmt::format("p{}-{}|", number_, publications_++);
        const auto dice = random_.below(20);
        const auto size = dice < 15 ? random_.below(200) : dice < 19 ? random_.below(5'000) : random_.below(40'000);
        for (std::uint64_t i = 0; i < size; i += sizeof(std::uint64_t)) {
            const auto word = random_.next();
            publication.data.append(reinterpret_cast<const char*>(&word), sizeof word);
        }
        if (random_.below(3) != 0) publication.deduplication_id = name_in(publication.data);
        return publication;
    }

    void publish() {
        std::vector<NewPublication> publications;
        if (random_.below(3) == 0) {
            for (auto count = 1 + random_.below(4); count > 0; --count)
                publications.push_back(publication(cut_subject));
            return ask(publications);
        }
        // As whoever has lost an answer does.
        if (!recent_.empty() && random_.below(6) == 0) publications.push_back(recent_[random_.below(recent_.size())]);
        for (auto count = 1 + random_.below(4); count > 0; --count)
            publications.push_back(publication(shared_subjects[random_.below(shared_subjects.size())]));
        for (const auto& each : publications) {
            if (each.deduplication_id) recent_.push_back(each);
            if (recent_.size() > recent_max) recent_.pop_front();
        }
        ask(publications);
    }

    void ask(const std::vector<NewPublication>& publications) {
        PublishOptions how;
        how.repeatable = false;
        client_.ask([&](auto id) { return detail::publish_batch(id, publications, how); });
    }

    const LoadOptions& options_;
    const std::uint32_t number_;
    SeededRandom random_;
    WireClient client_;
    std::uint64_t publications_ = 0;
    std::size_t expected_ = 0;
    std::deque<NewPublication> recent_;
};

std::uint64_t open_durable(WireClient& client) {
    SubscriberOptions how;
    how.pattern = everything;
    how.durable = durable;
    how.ack_wait = hour;
    return client.ask([&](auto id) { return detail::subscribe(id, how, FromNow{}); });
}

}  // namespace

void make_shared_topic(std::uint16_t port) {
    WireClient client(port);
    TopicSettings settings;
    settings.retained = true;
    client.execute([&](auto id) { return detail::create_topic(id, shared_topic, settings, {}); });
    for (const auto& queue : {std::string(fed_queue), silent_queue}) {
        client.create_queue(queue, {false, hour_ms, 1 << 20});
        client.await();
    }
    SubscriptionSettings all;
    all.pattern = everything;
    all.raw = true;
    client.execute([&](auto id) { return detail::add_subscription(id, shared_topic, std::string(fed_queue), all); });
    TopicSettings cut;
    cut.history_publications = kept_max;
    client.execute([&](auto id) { return detail::create_topic(id, cut_topic, cut, {}); });
    open_durable(client);
    client.await();
}

void run_publisher(const LoadOptions& options, std::uint32_t number) {
    Publisher(options, number).run();
}

void run_subscriber(const LoadOptions& options, const std::atomic<bool>& done) {
    WireClient client(options.port);
    for (const auto& pattern : {everything, cut_topic.name + ".>"}) {
        SubscriberOptions how;
        how.pattern = pattern;
        client.ask([&](auto id) { return detail::subscribe(id, how, FromEarliest{}); });
    }
    const auto await_answer = [&](std::uint64_t request) {
        for (;;) {
            auto reply = client.await();
            if (reply->id() == request) return reply;
        }
    };
    HistoryOptions read;
    while (!done) {
        const auto request = client.ask([&](auto id) { return detail::read_history(id, everything, read); });
        const auto reply = await_answer(request);
        if (const auto* history = reply->body_as_History()) read.from = FromOffset{history->next_offset(), {}};
        // Meanwhile comes what is pushed.
        await_answer(client.receive({silent_queue, 1, hour_ms, patience_ms}));
    }
}

void run_member(const LoadOptions& options, const std::atomic<bool>& done) {
    WireClient client(options.port);
    SeededRandom random(options.seed * 1000 + 800);
    const auto subscription = open_durable(client);
    const auto settle = [&](const wire::Publications& pushes) {
        std::vector<std::string> handles;
        for (const auto* each : *pushes.publications())
            if (random.below(4) != 0) handles.push_back(each->handle()->str());
        if (handles.empty()) return;
        client.ask([&](auto id) { return detail::acknowledge(id, subscription, handles); });
    };
    while (!done) {
        const auto wait = client.receive({silent_queue, 1, hour_ms, patience_ms});
        for (bool waiting = true; waiting;) {
            const auto reply = client.await();
            waiting = reply->id() != wait;
            if (reply->id() == subscription && reply->body_as_Publications() != nullptr)
                settle(*reply->body_as_Publications());
        }
    }
}

}  // namespace tern::crash
