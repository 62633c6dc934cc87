/// A start reads a few pages, however much is stored. Two looks: what the engine asks of the store when it opens,
/// through a store that counts; and how many pages of memory the real broker touches until it is ready, against a start
/// on an empty folder. The time is printed and decides nothing.

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/lmdb_store.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/test_batches.hpp"
#include "tests/programs/option_reader.hpp"

namespace tern::crash {
namespace {

struct Options {
    std::string ternd;
    std::uint64_t messages = 1'000'000;
    std::uint64_t log_mebibytes = 100;
};

constexpr std::uint64_t reads_max = 20;
/// A scan of the file would touch many times more, even with the system mapping 16 pages at once.
constexpr std::uint64_t further_faults_max = 400;
constexpr std::uint64_t messages_per_command = 1000;
constexpr std::size_t record_bytes = 16'000;
constexpr std::size_t records_per_batch = 16;
/// In one commit.
constexpr std::size_t batches_per_command = 4;

/// Passes everything on and counts what is read.
class CountedCursor final : public store::Cursor {
public:
    CountedCursor(std::unique_ptr<store::Cursor> inner, std::uint64_t& reads)
        : inner_(std::move(inner)),
          reads_(reads) {}

    bool seek(BytesView key) override { return ++reads_, inner_->seek(key); }
    bool seek_before(BytesView key) override { return ++reads_, inner_->seek_before(key); }
    bool next() override { return ++reads_, inner_->next(); }
    bool previous() override { return ++reads_, inner_->previous(); }
    BytesView key() const override { return inner_->key(); }
    store::Value value() const override { return inner_->value(); }
    std::size_t value_bytes() const override { return inner_->value_bytes(); }
    bool append_value(Bytes& to, std::size_t skipped) const override { return inner_->append_value(to, skipped); }

private:
    std::unique_ptr<store::Cursor> inner_;
    std::uint64_t& reads_;
};

class CountedRead final : public store::ReadTransaction {
public:
    explicit CountedRead(std::unique_ptr<store::ReadTransaction> inner) : inner_(std::move(inner)) {}

    store::Value get(store::Table table, BytesView key) const override { return ++reads_, inner_->get(table, key); }
    std::unique_ptr<store::Cursor> cursor(store::Table table) const override {
        return std::make_unique<CountedCursor>(inner_->cursor(table), reads_);
    }
    std::uint64_t rows(store::Table table) const override { return inner_->rows(table); }

    std::uint64_t reads() const { return reads_; }

private:
    std::unique_ptr<store::ReadTransaction> inner_;
    mutable std::uint64_t reads_ = 0;
};

/// Puts things into a folder, as of a fixed day in the past.
class Filling {
public:
    explicit Filling(const std::string& folder) : store_(store::LmdbStore::open(folder)) {
        engine_.open(*store_->begin_read());
    }

    void messages(std::uint64_t count) {
        const engine::QueueName queue{"", "jobs"};
        engine::CreateQueue create{queue, {}, {}};
        // None may expire meanwhile.
        create.settings.retention = std::chrono::hours(24 * 14);
        in_batch(create);
        for (std::uint64_t sent = 0; sent < count; sent += messages_per_command) {
            in_batch(
                engine::SendMessages{queue, std::vector(messages_per_command, engine::NewMessage{.body = "small"})});
        }
        const auto described = engine::describe_queue(*store_->begin_read(), now_, queue);
        if (!described.has_value() || described->counts.visible < count)
            throw TestFailure("the queue does not hold the messages");
    }

    void log(std::uint64_t bytes) {
        const engine::StreamName stream{"", "log"};
        engine::CreateStream create{stream, {}};
        create.settings.partitions = 8;
        create.settings.retention = Milliseconds(0);
        in_batch(create);
        const auto batch = make_batch(std::vector(records_per_batch, std::string(record_bytes, 'x')), {});
        const engine::NewBatch entry{.bytes = batch, .header = *protocol::read_batch_header(batch)};
        const auto commands = bytes / (batches_per_command * batch.size()) + 1;
        for (std::uint64_t i = 0; i < commands; ++i) {
            engine::Append append{stream, std::vector(batches_per_command, entry)};
            for (auto& one : append.batches) one.partition = static_cast<std::uint32_t>(i % 8);
            in_batch(append);
        }
        const auto listed = engine::list_streams(*store_->begin_read(), "", "", {});
        if (!listed.has_value() || listed->streams.front().bytes < bytes)
            throw TestFailure("the stream does not hold the records");
    }

private:
    void in_batch(const engine::Command& command) {
        (void)store_->space();
        const auto transaction = store_->begin_write();
        engine_.begin_batch(*transaction, now_, random_);
        std::vector<engine::Completion> completions;
        engine_.apply({}, command, completions);
        engine_.advance(completions);
        engine_.end_batch();
        transaction->commit();
        if (completions.back().answer.status != Errc::ok) throw TestFailure("the folder could not be filled");
    }

    const std::unique_ptr<store::LmdbStore> store_;
    engine::Engine engine_;
    SeededRandom random_{1};
    const Timestamp now_{1'700'000'000'000};
};

std::uint64_t reads_at_open(const std::string& folder) {
    const auto store = store::LmdbStore::open(folder);
    const CountedRead counted(store->begin_read());
    engine::Engine engine;
    engine.open(counted);
    return counted.reads();
}

struct Start {
    std::uint64_t page_faults = 0;
    std::string ready_line;
};

/// Minor and major faults together: whether the file is in memory makes no difference then.
Start start(const Options& options, const std::string& data, const std::string& log) {
    BrokerProcess process({options.ternd, data, log, {}, {}});
    std::ifstream file(fmt::format("/proc/{}/stat", process.process()));
    std::string stat((std::istreambuf_iterator<char>(file)), {});
    std::istringstream fields(stat.substr(stat.rfind(')') + 1));
    std::string skipped;
    // After the name: state, parent, group, session, terminal, its group, flags.
    for (int i = 0; i < 7; ++i) fields >> skipped;
    std::uint64_t minor = 0, minor_of_children = 0, major = 0;
    fields >> minor >> minor_of_children >> major;
    return {minor + major, process.ready_line()};
}

int run(const Options& options) {
    const test::TemporaryFolder folder;
    {
        Filling filling(folder.at("full"));
        filling.messages(options.messages);
        filling.log(options.log_mebibytes << 20);
    }
    const auto reads = reads_at_open(folder.at("full"));
    start(options, folder.at("empty"), folder.at("log"));
    const auto empty = start(options, folder.at("empty"), folder.at("log"));
    const auto full = start(options, folder.at("full"), folder.at("log"));
    const auto further = full.page_faults > empty.page_faults ? full.page_faults - empty.page_faults : 0;
    fmt::print("{} messages and a log of {} MiB: the engine reads {} rows when it opens (at most {} allowed)\n",
               options.messages, options.log_mebibytes, reads, reads_max);
    fmt::print("page faults until ready: {} on an empty folder, {} more with all that (at most {} allowed)\n",
               empty.page_faults, further, further_faults_max);
    fmt::print("{}\n{}\n", empty.ready_line, full.ready_line);
    return reads <= reads_max && further <= further_faults_max ? 0 : 1;
}

}  // namespace
}  // namespace tern::crash

int main(int argc, char** argv) {
    tern::crash::Options options;
    tern::test::OptionReader reader("Looks how much a start reads when there is much.");
    reader.needed("--ternd", options.ternd, "the broker");
    reader.option("--messages", options.messages, "how many there are");
    reader.option("--log-mebibytes", options.log_mebibytes, "how long a stream there is");
    if (const auto code = reader.read(argc, argv)) return *code;
    try {
        return tern::crash::run(options);
    } catch (const std::exception& failure) {
        std::cerr << "the test could not be done: " << failure.what() << '\n';
        return 2;
    }
}
