/// Power cuts, simulated: the real broker runs under load while the recorder writes down every write and flush of its
/// data file and everything on its connections; then, for many moments, what a power cut may have left is built, opened
/// with the broker's own code, and held against what had been acknowledged by then (docs/durability.md).

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <random>

#include "tests/contract/temporary_folder.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/disk.hpp"
#include "tests/crash/history.hpp"
#include "tests/crash/load.hpp"
#include "tests/crash/restart.hpp"
#include "tests/crash/trace.hpp"
#include "tests/crash/verdict.hpp"
#include "tests/programs/option_reader.hpp"

namespace tern::crash {
namespace {

struct Options {
    std::string ternd;
    std::string recorder;
    std::size_t images = 1000;
    std::uint64_t seed = 0;
    std::uint32_t rounds = 60;
    bool early = false;
    bool early_reading = false;
    std::string keep_trace;
    std::string trace;
};

constexpr std::size_t findings_shown = 10;

void record(const Options& options, const test::TemporaryFolder& folder, const std::string& trace) {
    BrokerOptions broker{options.ternd, folder.at("data"), folder.at("log"), {}, {}};
    broker.arguments = {"--storage-bytes-max", "96MiB", "--storage-reserve-bytes", "16MiB"};
    broker.environment = {{"LD_PRELOAD", options.recorder}, {"TERN_RECORDER_TRACE", trace}};
    if (options.early) broker.arguments.push_back("--unsafe-early-acknowledgement");
    if (options.early_reading) broker.arguments.push_back("--unsafe-early-reading");
    if (options.early || options.early_reading) broker.environment["TERN_TEST_UNSAFE"] = "1";
    BrokerProcess process(broker);
    run_load({.port = process.port(), .seed = options.seed, .rounds = options.rounds});
    process.signal(SIGTERM);
    const auto ending = process.wait(10'000);
    if (ending.by_signal || ending.code_or_signal != 0) throw TestFailure("ternd did not leave in order");
}

struct Image {
    Position at;
    Survival survival;
};

/// Every flush just before it returns, in each of the ways in which its writes can survive as far as there are images
/// for that; the rest at random moments, half of them right after an answer was sent.
std::vector<Image> choose_images(const Trace& trace, std::size_t count, SeededRandom& random) {
    constexpr std::array ways = {Survival::none, Survival::torn, Survival::some, Survival::all};
    std::vector<Position> flushes;
    std::vector<Position> answers;
    for (Position at = 0; at < trace.size(); ++at) {
        if (trace[at].record.event == Event::flush_returned) flushes.push_back(at);
        if (trace[at].record.event == Event::sending) answers.push_back(at + 1);
    }
    std::vector<Image> images;
    for (const auto way : ways) {
        if (!images.empty() && images.size() + flushes.size() > count / 2) break;
        for (const auto at : flushes) images.push_back({at, way});
    }
    while (images.size() < count) {
        const bool after_answer = !answers.empty() && random.below(2) == 0;
        const auto at = after_answer ? answers[random.below(answers.size())] : random.below(trace.size() + 1);
        images.push_back({at, ways[random.below(ways.size())]});
    }
    std::ranges::sort(images, {}, &Image::at);
    return images;
}

/// Memory if there is some: the images are read back at once and thrown away.
std::filesystem::path folder_for_images() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = std::filesystem::is_directory(memory) && ::access(memory.c_str(), W_OK) == 0;
    auto pattern = ((usable ? memory : std::filesystem::temp_directory_path()) / "tern-images-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw TestFailure("cannot make a folder for the images");
    return pattern;
}

/// What is looked at, for whoever reads the end of a run in which the broker's own code crashed on it.
char looked_at[200] = "";

void on_crash(int signal) {
    const auto written = ::write(STDERR_FILENO, looked_at, std::strlen(looked_at));
    static_cast<void>(written);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

struct Tally {
    std::size_t images = 0;
    std::size_t wrong_images = 0;
    std::array<std::size_t, wrong_count> findings{};
    std::array<std::size_t, wrong_count> images_with{};
};

Tally explore(const Trace& trace, const History& history, const Options& options) {
    SeededRandom random(options.seed);
    Disk disk(trace);
    Tally tally;
    const auto folder = folder_for_images();
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) ::signal(signal, on_crash);
    for (const auto& image : choose_images(trace, options.images, random)) {
        disk.advance(image.at);
        const auto where = (folder / "data").string();
        std::filesystem::remove_all(where);
        std::filesystem::create_directory(where);
        const auto what = fmt::format("image {}: power cut before record {} of {}, {} of {}", tally.images + 1,
                                      image.at, trace.size(), name_of(image.survival), disk.unconfirmed());
        const auto cut = fmt::format_to_n(looked_at, sizeof looked_at - 2, "{}\n", what);
        *cut.out = '\0';

        disk.write_image(where, image.survival, random);
        const auto findings = judge(restart_on(where, history), history, image.at);
        ++tally.images;
        std::array<bool, wrong_count> here{};
        for (const auto& [wrong, sentence] : findings) {
            ++tally.findings[static_cast<std::size_t>(wrong)];
            here[static_cast<std::size_t>(wrong)] = true;
        }
        for (std::size_t i = 0; i < wrong_count; ++i) tally.images_with[i] += here[i] ? 1 : 0;
        if (!findings.empty() && tally.wrong_images++ < findings_shown)
            fmt::print("  {}: {}: {}\n", what, name_of(findings.front().first), findings.front().second);
    }
    std::filesystem::remove_all(folder);
    return tally;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A run that hardly did anything proves nothing.
void require_work(const Trace& trace, const History& history) {
    const bool worked = history.acknowledgements > 100 && history.messages.size() > 50 && history.batches.size() > 50 &&
                        history.transactions.size() > 5 && history.shown() > 50 && history.publications.size() > 50 &&
                        history.seen() > 50 && history.done_with() > 20 && trace.count(Event::flush_returned) > 20 &&
                        history.refusals * 10 < history.acknowledgements;
    if (!worked) throw TestFailure("the load did too little, or most of it was refused");
}

/// The exit code for a mutant, which answers too early: that must show, and nothing else may break by it.
int caught(const Tally& tally, Wrong sign, std::string_view what) {
    const bool caught = tally.images_with[static_cast<std::size_t>(sign)] > 0;
    const auto breaks = [&](Wrong wrong) { return tally.images_with[static_cast<std::size_t>(wrong)] > 0; };
    // A message whose sending was lost looks like one that a transaction has deleted: only whole that the rest is.
    const bool torn = breaks(Wrong::torn) && sign != Wrong::lost;
    const bool whole = !breaks(Wrong::damaged) && !torn && !breaks(Wrong::repeated);
    fmt::print("{}: {}\n", what, caught ? "caught" : "NOT CAUGHT");
    return caught && whole ? 0 : 1;
}

int run(const Options& options) {
    const auto start = std::chrono::steady_clock::now();
    const test::TemporaryFolder folder;
    const auto trace_file = options.keep_trace.empty() ? folder.at("trace") : options.keep_trace;
    fmt::print("seed {} (--seed {} asks for the same again; when what happens is up to the machine)\n", options.seed,
               options.seed);
    if (!options.trace.empty()) {
        std::filesystem::copy_file(options.trace, trace_file, std::filesystem::copy_options::skip_existing);
    } else {
        record(options, folder, trace_file);
    }
    const Trace trace(trace_file);
    const auto history = read_history(trace);
    require_work(trace, history);
    const auto recorded_after = seconds_since(start);
    fmt::print(
        "recorded in {:.1f} s: {} requests, {} answers ({} refusals); {} messages, {} batches, {} of them shown by "
        "fetches, {} transactions; {} publications, {} of them seen, {} done with; {} writes, {} flushes\n",
        recorded_after, history.requests, history.acknowledgements, history.refusals, history.messages.size(),
        history.batches.size(), history.shown(), history.transactions.size(), history.publications.size(),
        history.seen(), history.done_with(), trace.count(Event::write), trace.count(Event::flush_returned));

    const auto tally = explore(trace, history, options);
    fmt::print("{} images in {:.1f} s, {} with something wrong\n", tally.images, seconds_since(start) - recorded_after,
               tally.wrong_images);
    for (std::size_t i = 0; i < wrong_count; ++i)
        fmt::print("  {:<12}{:>8} in {} images\n", name_of(static_cast<Wrong>(i)), tally.findings[i],
                   tally.images_with[i]);

    if (options.early) return caught(tally, Wrong::lost, "acknowledgements before they are safe");
    if (options.early_reading) return caught(tally, Wrong::vanished, "records that are read before they are safe");
    return tally.wrong_images == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tern::crash

int main(int argc, char** argv) {
    tern::crash::Options options;
    options.seed = std::random_device{}();
    tern::test::OptionReader reader(
        "Builds what power cuts may leave of the broker's data file, and looks whether anything is lost.");
    reader.needed("--ternd", options.ternd, "the broker");
    reader.needed("--recorder", options.recorder, "the library that records");
    reader.option("--images", options.images, "how many; every flush is one at least");
    reader.option("--seed", options.seed, "decides what is asked for and which images are built");
    reader.option("--load-rounds", options.rounds, "how long the load is");
    reader.option("--keep-trace", options.keep_trace, "leave the trace in this file");
    reader.option("--trace", options.trace, "explore this trace, instead of a new one");
    reader.flag("--early-acknowledgement", options.early, "let the broker answer too early: it must be caught");
    reader.flag("--early-reading", options.early_reading, "let fetches read too early: it must be caught");
    if (const auto code = reader.read(argc, argv)) return *code;
    try {
        return tern::crash::run(options);
    } catch (const std::exception& failure) {
        std::cerr << "the test could not be done: " << failure.what() << '\n';
        return 2;
    }
}
