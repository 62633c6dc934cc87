#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "tests/programs/option_reader.hpp"
#include "tests/simulation/mutants.hpp"
#include "tests/simulation/world.hpp"

/// Clients, broker and disk under faults, one seed a world (docs/testing.md). Exit code 1 at the first broken promise.
namespace tern::simulation {
namespace {

struct Options {
    std::uint64_t seeds = 1000;
    std::uint64_t first = 1;
    std::uint64_t steps = 300;
    bool quiet = false;
    std::size_t diary = 60;
};

/// The word for what went wrong; empty when nothing did.
std::string run(std::uint64_t seed, const Mutant& mutant, const Options& options, Tally& sum) {
    World world(seed, mutant, options.diary);
    try {
        for (std::uint64_t i = 0; i < options.steps; ++i) world.step();
        world.drain();
    } catch (const Violation& violation) {
        if (!options.quiet)
            fmt::print("the last that happened:\n{}\nseed {} (again with --seed {} --steps {}): {}\n",
                       fmt::join(world.diary(), "\n"), seed, seed, options.steps, violation.what());
        return violation.word;
    }
    sum += world.tally();
    return {};
}

std::string run_all(const Mutant& mutant, const Options& options, Tally& sum) {
    for (auto seed = options.first; seed < options.first + options.seeds; ++seed)
        if (const auto word = run(seed, mutant, options, sum); !word.empty()) return word;
    return {};
}

/// Runs a mutant in a process of its own, as the engine's own checks may end it. The word of the checker that caught
/// it.
std::string caught_by(const Mutant& mutant, const Options& options) {
    int ends[2];
    if (pipe(ends) != 0) return {};
    const auto child = fork();
    if (child == 0) {
        close(ends[0]);
        // The last words of a check that ends the process are not news here.
        if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(2);
        Tally ignored;
        const auto word = run_all(mutant, options, ignored);
        const bool told = write(ends[1], word.data(), word.size()) == static_cast<ssize_t>(word.size());
        _exit(told ? 0 : 2);
    }
    close(ends[1]);
    std::string word(64, '\0');
    const auto length = read(ends[0], word.data(), word.size());
    word.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? "a check of the engine" : word;
}

int run_mutants(Options options) {
    options.quiet = true;
    int survivors = 0;
    for (const auto& mutant : mutants) {
        const auto word = caught_by(mutant, options);
        fmt::print("{:<28} {}\n", mutant.name, word.empty() ? "NOT CAUGHT" : "caught by: " + word);
        if (word.empty()) ++survivors;
    }
    return survivors == 0 ? 0 : 1;
}

int run_seeds(const Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    Tally sum;
    if (!run_all(Mutant{}, options, sum).empty()) return 1;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print(
        "{} seeds in {:.1f} s: {} commits, {} crashes, {} hang-ups\n"
        "acknowledged sends {}, deliveries {}, acknowledged deletes {}\n"
        "lost 0, resurrected 0, duplicated 0, unexpected 0, held twice 0, out of order 0\n"
        "recovered {}, delivered again {}, expired {}, refused for want of space {}\n"
        "streams: acknowledged records {}, records read {}, repeated after lost answers {}, offsets committed {}\n"
        "partitions handed over {}, events made jobs {}, messages made records {}\n"
        "topics: acknowledged publications {}, recovered {}, seen by subscribers {}, pushed {}, pushed again {}, looks "
        "at "
        "histories that are cut {}\n"
        "lost records 0, repeated records 0, offsets reused 0, gaps 0, torn transactions 0, doubled jobs 0, two owners "
        "0, lost publications 0, repeated publications 0, torn fan-outs 0, lost deliveries 0\n",
        options.seeds, took.count(), sum.commits, sum.crashes, sum.hang_ups, sum.sends_acknowledged, sum.deliveries,
        sum.deletes_acknowledged, sum.recovered, sum.redelivered, sum.expired, sum.refused_for_space,
        sum.records_acknowledged, sum.records_read, sum.repetitions, sum.offsets_committed, sum.handed_over,
        sum.jobs_made, sum.messages_forwarded, sum.publications_acknowledged, sum.publications_recovered,
        sum.publications_seen, sum.pushed, sum.pushed_again, sum.histories_cut);
    return 0;
}

}  // namespace
}  // namespace tern::simulation

int main(int argc, char** argv) {
    tern::simulation::Options options;
    std::uint64_t only = 0;
    bool mutants = false;
    tern::test::OptionReader reader("Simulation of broker, clients and faults");
    reader.option("--seeds", options.seeds, "how many worlds to run");
    reader.option("--first", options.first, "the seed of the first");
    reader.option("--steps", options.steps, "steps in each");
    reader.option("--seed", only, "run this one only");
    reader.option("--diary", options.diary, "how many lines to print of what happened before a failure");
    reader.flag("--mutants", mutants, "run broken brokers: each must be caught");
    if (const auto code = reader.read(argc, argv)) return *code;
    if (only != 0) {
        options.first = only;
        options.seeds = 1;
    }
    return mutants ? tern::simulation::run_mutants(options) : tern::simulation::run_seeds(options);
}
