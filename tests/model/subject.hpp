#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/engine/queries.hpp"
#include "broker/store/memory_store.hpp"
#include "tests/model/script.hpp"

/// The engine under test, on a store in memory, with time and random bits from the run.
namespace tern::model {

/// The engine did what it must never do, whatever the rules of queues are.
struct SubjectFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Subject {
public:
    Subject(engine::EngineLimits limits, std::uint64_t seed);

    /// Another engine on the same store; who waited is forgotten.
    void reopen();
    /// Executes the actions as one batch, then empty batches until nothing is due any more.
    std::vector<engine::Completion> execute(Timestamp now, const std::vector<Action>& actions);

    std::unique_ptr<store::ReadTransaction> snapshot() { return store_.begin_read(); }
    /// What receives and move tasks were answered with, by label.
    const std::string& handle(const HandleReference& reference) const;
    const std::string& task(std::uint64_t label) const;
    void remember_handles(std::uint64_t label, const std::vector<engine::ReceivedMessage>& messages);

private:
    engine::Command command_of(const Action& action) const;
    void run_batch(Timestamp now, const std::vector<Action>& actions, std::vector<engine::Completion>& completions);

    store::MemoryStore store_;
    SeededRandom random_;
    engine::EngineLimits limits_;
    std::unique_ptr<engine::Engine> engine_;
    std::map<std::uint64_t, std::vector<std::string>> handles_;
    std::map<std::uint64_t, std::string> tasks_;
};

}  // namespace tern::model
