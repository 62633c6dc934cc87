#include "tools/bench/interruption.hpp"

#include <csignal>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void watch_for_interruption() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

void stop_if_interrupted() {
    if (interrupted != 0) throw BenchError("Interrupted.");
}

}  // namespace tern::bench
