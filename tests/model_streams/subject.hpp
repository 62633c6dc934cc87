#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/store/memory_store.hpp"

/// The engine under test, on a store in memory, with time and random bits from the run.
namespace tern::stream_model {

/// The engine did what it must never do, whatever the rules are.
struct SubjectFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Subject {
public:
    Subject(engine::EngineLimits limits, std::uint64_t seed);

    /// Another engine on the same store.
    void reopen();
    struct Command {
        std::uint64_t label = 0;
        engine::Command command;
    };
    /// Executes the commands as one batch, then empty batches until nothing is due any more.
    std::vector<engine::Completion> execute(Timestamp now, const std::vector<Command>& commands);
    /// What the last execute() published, and which topics it deleted.
    const std::vector<engine::Published>& published() const { return published_; }
    const std::vector<std::uint32_t>& deleted_topics() const { return deleted_topics_; }
    std::unique_ptr<store::ReadTransaction> snapshot() { return store_.begin_read(); }

private:
    void run_batch(Timestamp now, const std::vector<Command>& commands, std::vector<engine::Completion>& completions);
    /// What the engine says it has appended, held against what the store says before and after.
    void check_appended();

    store::MemoryStore store_;
    SeededRandom random_;
    engine::EngineLimits limits_;
    std::unique_ptr<engine::Engine> engine_;
    std::map<engine::StreamPartition, std::uint64_t> ends_;
    std::vector<engine::Published> published_;
    std::vector<std::uint32_t> deleted_topics_;
};

}  // namespace tern::stream_model
