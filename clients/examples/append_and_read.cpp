// A stream: a producer appends a few events, a consumer reads them from the beginning.
//
//   append_and_read [HOST:PORT]

#include <boost/asio/use_future.hpp>
#include <cstdio>

#include "tern/blocking_client.hpp"
#include "tern/blocking_stream_consumer.hpp"
#include "tern/producer.hpp"

int main(int count, char** arguments) {
    try {
        tern::ClientOptions options;
        if (count > 1) options.server = tern::ServerAddress::parse(arguments[1]);
        tern::BlockingClient client(options);
        client.create_stream("events", {.partitions = 3});

        tern::Producer producer(client.asynchronous(), "events");
        for (const char* name : {"Ada", "Grace", "Edsger"}) {
            // The key chooses the partition: what belongs to one person stays in order.
            producer.send(tern::RecordView{.key = name, .value = "signed up"});
        }
        producer.flush(boost::asio::use_future).get().value();  // throws tern::Error if one of them failed

        tern::StreamConsumerOptions reading;
        reading.partitions = {{"events", 0}, {"events", 1}, {"events", 2}};
        tern::BlockingStreamConsumer consumer(client, reading);
        for (int left = 3; left > 0;) {
            for (const auto& record : consumer.poll(100, std::chrono::seconds(5))) {
                std::printf("%s %s\n", record.key.value_or("?").c_str(), record.value.value_or("").c_str());
                --left;
            }
        }
        consumer.close();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
