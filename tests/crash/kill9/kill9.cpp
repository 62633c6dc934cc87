/// The real broker under real load, killed at random moments and started again on the same folder, many times over;
/// then everything that is left is received and read, and the whole history is held against what was acknowledged
/// (docs/durability.md). With --signal TERM it is asked to stop instead, and must leave in order.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/engine/audit.hpp"
#include "broker/store/check.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/kill9/ledger.hpp"
#include "tests/crash/kill9/stream_traffic.hpp"
#include "tests/crash/kill9/topic_traffic.hpp"
#include "tests/crash/kill9/traffic.hpp"
#include "tests/crash/wire_client.hpp"
#include "tests/programs/option_reader.hpp"

namespace tern::crash {
namespace {

struct Options {
    std::string ternd;
    std::uint64_t rounds = 25;
    std::uint64_t seed = 0;
    /// The broker ends after up to so many answers.
    std::uint64_t answers_max = 400;
    std::string signal = "KILL";
};

/// More than the promised two seconds, since other programs use this machine too; the time itself is printed.
constexpr int stop_patience_ms = 20'000;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Those who outlive the broker.
struct Cast {
    StreamCast streams;
    TopicCast topics;
};

/// Ends the broker at a random moment of its work, and says how long that took.
double one_round(const BrokerOptions& broker, const Options& options, std::uint64_t seed, std::uint64_t answers,
                 Ledger& ledger, Cast& cast) {
    BrokerProcess process(broker);
    make_queues(process.port());
    make_streams(process.port());
    make_topics(process.port());
    std::vector<std::jthread> threads;
    cast.streams.start(process.port(), threads);
    cast.topics.start(process.port(), threads);
    Traffic traffic(process.port(), seed, ledger);
    traffic.wait_for_answers(answers);
    const auto start = std::chrono::steady_clock::now();
    process.signal(options.signal == "TERM" ? SIGTERM : SIGKILL);
    const auto ending = process.wait(stop_patience_ms);
    const auto passed = milliseconds_since(start);
    if (options.signal == "TERM" && (ending.by_signal || ending.code_or_signal != 0))
        throw TestFailure("ternd did not leave in order when it was asked to stop");
    return passed;
}

void print(const Balance& balance) {
    fmt::print("attempts {}, acknowledged {}, received {}, deletes acknowledged {}\n", balance.attempts,
               balance.acknowledged, balance.received, balance.deleted);
    fmt::print("lost {}, duplicated {}, recovered {}, unexpected {}, resurrected {}, disordered {}, held twice {}\n",
               balance.lost, balance.duplicated, balance.recovered, balance.unexpected, balance.resurrected,
               balance.disordered, balance.held_twice);
}

void print(const StreamBalance& balance) {
    fmt::print(
        "records {}, acknowledged {}, sent again {}, shown {}, commits acknowledged {}, made by transactions {}\n",
        balance.attempts, balance.acknowledged, balance.sent_again, balance.shown, balance.committed, balance.made);
    fmt::print("lost {}, repeated {}, unexpected {}, disordered {}, vanished {}, went back {}\n", balance.lost,
               balance.repeated, balance.unexpected, balance.disordered, balance.vanished, balance.went_back);
}

void print(const TopicBalance& balance) {
    fmt::print(
        "publications {}, acknowledged {}, sent again {}, pushed {}, gaps told {}, taken from queues {}, done with {}, "
        "pushed again {}\n",
        balance.attempts, balance.acknowledged, balance.sent_again, balance.pushed, balance.gaps_told, balance.taken,
        balance.done_with, balance.pushed_again);
    fmt::print("lost {}, repeated {}, unexpected {}, disordered {}, vanished {}, missed {}, resurrected {}, torn {}\n",
               balance.lost, balance.repeated, balance.unexpected, balance.disordered, balance.vanished, balance.missed,
               balance.resurrected, balance.torn);
}

/// What `tern check` says of the folder: nothing, when all is well.
std::vector<std::string> check(const std::string& folder) {
    std::vector<std::string> faults;
    for (const auto& row : store::check_folder(folder).damaged)
        faults.push_back(fmt::format("{}: {} {}", row.table, row.key, row.fault));
    if (!faults.empty()) return faults;
    return engine::audit(store::FolderSnapshot(folder).transaction());
}

int run(const Options& options) {
    fmt::print("seed {} (--seed {} asks for the same again; when what happens is up to the machine)\n", options.seed,
               options.seed);
    const test::TemporaryFolder folder;
    const BrokerOptions broker{options.ternd, folder.at("data"), folder.at("log"), {}, {}};
    SeededRandom random(options.seed);
    Ledger ledger(visibility);
    StreamLedger stream_ledger;
    TopicLedger topic_ledger;
    Cast cast{{stream_ledger, options.seed}, {topic_ledger, options.seed}};
    double slowest_stop_ms = 0;
    for (std::uint64_t round = 0; round < options.rounds; ++round) {
        // Often early, when the start itself is hardly over, and sometimes late.
        const auto answers = random.below(1 + random.below(options.answers_max));
        slowest_stop_ms = std::max(slowest_stop_ms, one_round(broker, options, round, answers, ledger, cast));
    }
    auto faults = check(broker.data);
    BrokerProcess process(broker);
    // Each of them waits for what is out of sight.
    auto topics = std::async(std::launch::async, [&] { cast.topics.finish(process.port()); });
    auto streams = std::async(std::launch::async, [&] { cast.streams.finish(process.port()); });
    drain_queues(process.port(), ledger);
    streams.get();
    topics.get();
    process.signal(SIGTERM);
    process.wait(stop_patience_ms);
    if (faults.empty()) faults = check(broker.data);

    const auto balance = ledger.balance();
    fmt::print("{} times SIG{}", options.rounds, options.signal);
    if (options.signal == "TERM") fmt::print(", gone after {:.0f} ms at most", slowest_stop_ms);
    fmt::print("; last start: {}\n", process.ready_line());
    print(balance);
    const auto stream_balance = stream_ledger.balance();
    print(stream_balance);
    const auto topic_balance = topic_ledger.balance();
    print(topic_balance);
    for (const auto& finding : ledger.findings()) fmt::print("  {}\n", finding);
    for (const auto& finding : stream_ledger.findings()) fmt::print("  {}\n", finding);
    for (const auto& finding : topic_ledger.findings()) fmt::print("  {}\n", finding);
    for (const auto& fault : faults) fmt::print("  {}\n", fault);
    const auto least = std::min({balance.acknowledged, stream_balance.acknowledged, stream_balance.made,
                                 topic_balance.acknowledged, topic_balance.pushed, topic_balance.done_with});
    if (least < options.rounds) throw TestFailure("hardly anything was sent: this proves nothing");
    const bool sound = balance.sound() && stream_balance.sound() && topic_balance.sound() && faults.empty();
    return sound ? 0 : 1;
}

}  // namespace
}  // namespace tern::crash

int main(int argc, char** argv) {
    tern::crash::Options options;
    options.seed = std::random_device{}();
    tern::test::OptionReader reader("Kills the broker at work, many times over, and looks whether anything is lost.");
    reader.needed("--ternd", options.ternd, "the broker");
    reader.option("--rounds", options.rounds, "how often");
    reader.option("--seed", options.seed, "decides what is asked for and after how many answers the broker ends");
    reader.positive("--answers", options.answers_max, "the most answers that a round waits for");
    reader.choice("--signal", options.signal, {"KILL", "TERM"}, "KILL, or TERM to see the broker leave in order");
    if (const auto code = reader.read(argc, argv)) return *code;
    try {
        return tern::crash::run(options);
    } catch (const std::exception& failure) {
        std::cerr << "the test could not be done: " << failure.what() << '\n';
        return 2;
    }
}
