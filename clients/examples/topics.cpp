// A topic: somebody publishes, a subscriber gets it pushed, and so does a queue.
//
//   topics [HOST:PORT]

#include <cstdio>
#include <variant>

#include "tern/blocking_client.hpp"
#include "tern/blocking_subscriber.hpp"

int main(int count, char** arguments) {
    try {
        tern::ClientOptions options;
        if (count > 1) options.server = tern::ServerAddress::parse(arguments[1]);
        tern::BlockingClient client(options);
        client.create_topic("news");
        client.create_queue("mails");
        client.add_subscription("news", "mails", {.pattern = "news.weather.*", .raw = true});

        // After a lost connection it goes on where it was: nothing is missed, and nothing comes twice.
        tern::SubscriberOptions subscribing;
        subscribing.pattern = "news.>";
        tern::BlockingSubscriber subscriber(client, subscribing);
        subscriber.subscribe();

        // Returns when it is on disk, together with its copy in the queue.
        client.publish({.subject = "news.weather.north", .data = "rain"});
        client.publish({.subject = "news.sports", .data = "2:1"});

        for (int left = 2; left > 0;) {
            const auto push = subscriber.next();
            if (const auto* publication = std::get_if<tern::Publication>(&push)) {
                std::printf("%s: %s\n", publication->subject.c_str(), publication->data.c_str());
                --left;
            } else if (const auto* gap = std::get_if<tern::PublicationGap>(&push)) {
                std::printf("missed: %llu to %llu\n", static_cast<unsigned long long>(gap->from_offset),
                            static_cast<unsigned long long>(gap->to_offset));
            }
        }
        subscriber.close();

        for (const auto& message : client.receive("mails", {.wait = std::chrono::seconds(5)})) {
            std::printf("mail: %s\n", message.body.c_str());
            client.delete_message("mails", message.receipt_handle);
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
