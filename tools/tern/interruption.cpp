#include "tools/tern/interruption.hpp"

#include <csignal>

namespace tern::cli {

namespace {

// What a signal handler may touch has to be global.
volatile std::sig_atomic_t signal_came = 0;

void remember(int) {
    signal_came = 1;
}

}  // namespace

void catch_interruption() {
    struct sigaction action {};
    action.sa_handler = remember;
    // No SA_RESTART: a read() that waits for input shall come back.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
    return signal_came != 0;
}

}  // namespace tern::cli
