#include "tools/bench/reader_loop.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/publication_mark.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t command_bytes_max = 4096;

}  // namespace

std::string ReaderLoop::text_of(const SubscriberPlan& plan) {
    return fmt::format("connect {} {} {} {} {} {}", plan.endpoint.host, plan.endpoint.port,
                       static_cast<int>(plan.encoding), static_cast<int>(plan.role), plan.count,
                       plan.pattern.empty() ? "-" : plan.pattern);
}

SubscriberPlan ReaderLoop::plan_in(const std::string& text) {
    std::istringstream words(text);
    std::string command;
    int encoding = 0;
    int role = 0;
    SubscriberPlan plan;
    words >> command >> plan.endpoint.host >> plan.endpoint.port >> encoding >> role >> plan.count >> plan.pattern;
    plan.encoding = static_cast<TopicEncoding>(encoding);
    plan.role = static_cast<SubscriberRole>(role);
    return plan;
}

void ReaderLoop::run() {
    const SubscriberPool::See see = [this](std::string_view frame, std::string_view payload) { count(frame, payload); };
    while (true) {
        pollfd waiting[] = {{commands_, POLLIN, 0}, {pool_.descriptor(), POLLIN, 0}};
        if (poll(waiting, 2, -1) < 0) continue;
        if (waiting[0].revents != 0 && !take_command()) return;
        if (waiting[1].revents == 0) continue;
        const auto before = delivered_;
        pool_.serve(see);
        if (delivered_ != before) tell_progress(delivered_);
    }
}

bool ReaderLoop::take_command() {
    std::string command(command_bytes_max, '\0');
    const auto got = recv(commands_, command.data(), command.size(), 0);
    if (got <= 0) return false;
    command.resize(static_cast<std::size_t>(got));
    execute(command);
    send(commands_, "ok", 2, MSG_NOSIGNAL);
    return true;
}

void ReaderLoop::execute(const std::string& command) {
    if (command.starts_with("connect")) {
        pool_.connect(plan_in(command));
    } else if (command == "disconnect") {
        pool_.disconnect();
    } else if (command == "begin") {
        result_ = {};
        measuring_ = true;
    } else if (command == "end") {
        measuring_ = false;
        shared_.deliveries = result_.deliveries;
        shared_.bytes = result_.bytes;
        std::copy(result_.latency.counts().begin(), result_.latency.counts().end(), shared_.latency.begin());
    }
}

void ReaderLoop::count(std::string_view frame, std::string_view payload) {
    const auto now = Clock::now();
    std::size_t marks = 0;
    each_mark(payload, [&](std::size_t at) {
        ++marks;
        if (measuring_) result_.latency.record(nanoseconds_between(read_mark_time(payload.data() + at), now));
    });
    delivered_ += marks;
    if (measuring_) {
        result_.deliveries += marks;
        result_.bytes += frame.size();
    }
    if (marks == 1 && shared_.sample_bytes == 0 && frame.size() <= shared_.sample.size()) {
        std::copy(frame.begin(), frame.end(), shared_.sample.begin());
        shared_.sample_bytes = frame.size();
    }
}

void ReaderLoop::tell_progress(std::uint64_t delivered) {
    shared_.delivered.store(delivered);
    if (!shared_.progress_expected.exchange(false)) return;
    const std::uint64_t one = 1;
    // That it does not fit means that it was told already.
    [[maybe_unused]] const auto written = write(progress_, &one, sizeof one);
}

}  // namespace tern::bench
