#include "tools/bench/reader_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/reader_loop.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t answer_bytes_max = 4096;
constexpr int answer_poll_ms = 200;

}  // namespace

ReaderProcess::ReaderProcess() {
    void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw BenchError("Cannot share memory with the reader's process.");
    shared_ = new (memory) Shared;
    int ends[2];
    progress_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (progress_ < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        throw BenchError("Cannot make a pair of sockets.");
    process_ = fork();
    if (process_ < 0) throw BenchError("Cannot start the reader's process.");
    if (process_ == 0) {
        // A reader must not outlive us, however we end; and Ctrl-C is ours to take.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGINT, SIG_IGN);
        close(ends[0]);
        try {
            ReaderLoop(*shared_, ends[1], progress_).run();
        } catch (const std::exception& error) {
            send(ends[1], error.what(), std::strlen(error.what()), MSG_NOSIGNAL);
            _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    commands_ = ends[0];
}

ReaderProcess::~ReaderProcess() {
    close(commands_);
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    close(progress_);
    munmap(shared_, sizeof(Shared));
}

void ReaderProcess::ask(const std::string& command) {
    if (send(commands_, command.data(), command.size(), MSG_NOSIGNAL) < 0)
        throw BenchError("The reader's process has ended.");
}

void ReaderProcess::wait_for_answer() {
    while (true) {
        stop_if_interrupted();
        pollfd waiting{commands_, POLLIN, 0};
        if (poll(&waiting, 1, answer_poll_ms) <= 0) continue;
        std::string answer(answer_bytes_max, '\0');
        const auto got = recv(commands_, answer.data(), answer.size(), 0);
        if (got <= 0) throw BenchError("The reader's process has ended.");
        answer.resize(static_cast<std::size_t>(got));
        if (answer != "ok") throw BenchError(answer);
        return;
    }
}

void ReaderProcess::check() {
    pollfd waiting{commands_, POLLIN, 0};
    // Unasked it says something only when it fails.
    if (poll(&waiting, 1, 0) > 0) wait_for_answer();
}

void ReaderProcess::begin_connecting(const SubscriberPlan& plan) {
    ask(ReaderLoop::text_of(plan));
}

void ReaderProcess::connect(const SubscriberPlan& plan) {
    begin_connecting(plan);
    wait_for_answer();
}

void ReaderProcess::disconnect() {
    ask("disconnect");
    wait_for_answer();
}

void ReaderProcess::begin_measuring() {
    ask("begin");
    wait_for_answer();
}

ReaderResult ReaderProcess::end_measuring() {
    ask("end");
    wait_for_answer();
    return {shared_->deliveries, shared_->bytes, Histogram::from_counts(shared_->latency.data())};
}

void ReaderProcess::expect_progress() {
    shared_->progress_expected.store(true);
}

void ReaderProcess::take_progress() {
    std::uint64_t told = 0;
    // Nothing to take is fine too.
    [[maybe_unused]] const auto got = read(progress_, &told, sizeof told);
}

std::string ReaderProcess::sample_frame() const {
    return {shared_->sample.data(), shared_->sample_bytes.load()};
}

}  // namespace tern::bench
