// Makes exactly one job of every event in a stream, however often this program or the broker is killed: the jobs and
// the position in the stream are stored in one transaction. Ends when no event has come for a while.
//
//   stream_to_jobs [HOST:PORT]

#include <cstdio>

#include "tern/blocking_client.hpp"
#include "tern/blocking_stream_consumer.hpp"
#include "tern/transaction.hpp"

int main(int count, char** arguments) {
    try {
        tern::ClientOptions options;
        if (count > 1) options.server = tern::ServerAddress::parse(arguments[1]);
        tern::BlockingClient client(options);
        client.create_queue("jobs");

        tern::StreamConsumerOptions reading;
        reading.group = "job-maker";
        reading.streams = {"events"};
        reading.instance = "job-maker-1";      // when it comes back, it has its partitions at once
        reading.commit_automatically = false;  // the transactions do that
        tern::BlockingStreamConsumer consumer(client, reading);

        int jobs = 0;
        while (true) {
            const auto events = consumer.poll(100, std::chrono::seconds(2));
            if (events.empty()) break;
            tern::Transaction transaction;
            for (const auto& event : events) {
                transaction.send("jobs", {.body = "welcome " + event.key.value_or("?")});
            }
            transaction.commit_offsets(consumer.asynchronous(), events);
            try {
                transaction.commit(client);
                jobs += static_cast<int>(events.size());
            } catch (const tern::Error& error) {
                // Perhaps it was done. The committed offsets tell, once nothing more can come of it.
                std::fprintf(stderr, "again: %s\n", error.what());
                consumer.rejoin();
            }
        }
        consumer.close();
        std::printf("%d jobs\n", jobs);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
