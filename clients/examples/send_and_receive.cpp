// The blocking client: sends a few messages, then receives and deletes them.
//
//   send_and_receive [HOST:PORT]

#include <cstdio>

#include "tern/blocking_client.hpp"

int main(int count, char** arguments) {
    try {
        tern::ClientOptions options;
        if (count > 1) options.server = tern::ServerAddress::parse(arguments[1]);
        tern::BlockingClient client(options);

        client.create_queue("greetings");
        for (const char* name : {"Ada", "Grace", "Edsger"}) {
            const auto sent = client.send("greetings", {.body = std::string("hello, ") + name});
            std::printf("sent %s\n", to_string(sent.id).c_str());
        }

        for (int left = 3; left > 0;) {
            for (const auto& message :
                 client.receive("greetings", {.messages_max = 10, .wait = std::chrono::seconds(5)})) {
                std::printf("received \"%s\"\n", message.body.c_str());
                client.delete_message("greetings", message.receipt_handle);
                --left;
            }
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
