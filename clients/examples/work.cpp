// The asynchronous client: a sender that gathers single sends into batches, and a consumer that works on them with
// coroutines, ten at once. A message is deleted when its handler returns, and comes back when it throws.
//
//   work [HOST:PORT]

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "tern/client.hpp"
#include "tern/consumer.hpp"
#include "tern/sender.hpp"

namespace {

namespace asio = boost::asio;

asio::awaitable<void> handle(tern::ReceivedMessage message) {
    if (message.body == "3" && message.receive_count == 1) throw std::runtime_error("not this time");
    std::printf("done: %s\n", message.body.c_str());
    co_return;
}

asio::awaitable<void> work(tern::Client& client) {
    const tern::QueueSettings settings;
    const std::vector<tern::Tag> tags;
    const auto created = co_await client.create_queue("jobs", settings, tags, asio::use_awaitable);
    created.value();  // throws tern::Error when there is none

    tern::Sender sender(client, "jobs");
    for (int number = 0; number < 10; ++number) {
        tern::NewMessage job;
        job.body = std::to_string(number);
        const auto sent = co_await sender.send(job, asio::use_awaitable);
        sent.value();
    }

    tern::ConsumerOptions options;
    options.in_work_max = 10;
    options.messages_max = 11;  // ten jobs, one of them twice
    options.retry_delay = std::chrono::seconds(0);
    tern::Consumer consumer(client, "jobs", handle, options);
    const auto ended = co_await consumer.run(asio::use_awaitable);
    ended.value();
    std::printf("%d succeeded, %d failed and came back\n", static_cast<int>(consumer.counts().succeeded),
                static_cast<int>(consumer.counts().failed));
    client.close();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        tern::ClientOptions options;
        if (count > 1) options.server = tern::ServerAddress::parse(arguments[1]);

        asio::io_context context;
        tern::Client client(context.get_executor(), options);
        asio::co_spawn(context, work(client), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
