#include "tests/simulation/world.hpp"

/// How a world begins.
namespace tern::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

World::World(std::uint64_t seed, const Mutant& mutant, std::size_t diary_lines_max)
    : random_(seed),
      engine_random_(seed + 1),
      mutant_(mutant),
      store_(memory_, mutant.forgetfulness, seed + 2),
      now_(beginning),
      retention_(chance(80) ? Milliseconds(hours(24 * 14)) : Milliseconds(minutes(1))),
      ledger_(retention_),
      stream_ledger_(ledger_, ledger_.tally(), retention_),
      stream_clients_(surroundings(), stream_ledger_, ledger_),
      topic_ledger_(ledger_.tally()),
      topic_clients_(topic_surroundings(), topic_ledger_, chance(15) ? 20 + random_.below(15) : 0),
      diary_lines_max_(diary_lines_max) {
    if (chance(30)) limits_.due_work_per_batch = static_cast<std::uint32_t>(2 + random_.below(8));
    if (chance(20)) limits_.in_flight_max_standard = limits_.in_flight_max_fifo = 3 + random_.below(4);
    // What is forgotten after days of silence is the model test's to look at: it is put off beyond what time jumps
    // over.
    limits_.producer_expiry = limits_.group_offsets_retention = hours(24 * 3650);
    for (auto& session : sessions_) session = next_session_++;
    open_engine();
    create_queues();
}

std::vector<engine::Command> World::first_commands() {
    std::vector<engine::Command> commands;
    for (const std::string name : queue_names) {
        engine::CreateQueue create{named(name), {}, {}};
        create.settings.retention = retention_;
        create.settings.visibility_timeout = seconds(30);
        if (chance(30)) create.settings.delay = seconds(1 + random_.below(3));
        if (name.ends_with(".fifo")) create.settings.fifo = true;
        const bool has_dead_letters = name == "work" || name == "orders.fifo";
        if (has_dead_letters && chance(50))
            create.settings.redrive_policy = {name.ends_with(".fifo") ? "dead.fifo" : "dead",
                                              static_cast<std::uint32_t>(1 + random_.below(3))};
        commands.emplace_back(create);
    }
    for (const std::string name : stream_names) {
        engine::CreateStream create{{"", name}, {}};
        create.settings.partitions = name == "events" ? 2 : 1;
        create.settings.retention = retention_;
        if (chance(30)) create.settings.timestamp_type = engine::TimestampType::append;
        commands.emplace_back(create);
    }
    for (auto& command : topic_clients_.first_commands()) commands.push_back(std::move(command));
    for (int i = 0; i < 3; ++i) commands.emplace_back(engine::AllocateProducer{});
    return commands;
}

/// Queues, streams and the topic are there before the first fault.
void World::create_queues() {
    const auto transaction = memory_.begin_write();
    std::vector<engine::Completion> completions;
    engine_->begin_batch(*transaction, now_, engine_random_);
    for (const auto& command : first_commands()) engine_->apply({0, 0, 0}, command, completions);
    engine_->advance(completions);
    engine_->end_batch();
    transaction->commit();
    memory_.flush();
    std::vector<std::int64_t> producers;
    for (const auto& [ticket, answer] : completions) {
        if (const auto* allocated = std::get_if<engine::ProducerAllocated>(&answer.body))
            producers.push_back(allocated->id);
        if (const auto* opened = std::get_if<engine::TopicOpened>(&answer.body))
            topic_clients_.set_durable_queue(opened->durable_queue);
    }
    stream_clients_.set_producers(std::move(producers));
}

engine::DurableEnd World::readable_end() const {
    if (mutant_.mistake != Mistake::reads_past_durable_end) return durable_ends_.durable_end();
    return [](engine::StreamPartition) { return std::optional<std::uint64_t>(); };
}

TopicSurroundings World::topic_surroundings() {
    return {
        random_,
        [this] { return now_; },
        [this](TopicRequest request) {
            submit({0, a_session(), std::move(request), std::nullopt, false});
        },
        [this](std::string what) { note(std::move(what)); },
        [this] { return memory_.begin_read(); },
        [this] { return readable_end(); },
    };
}

Surroundings World::surroundings() {
    return {
        random_,
        [this] { return now_; },
        [this](StreamRequest request) {
            submit({0, a_session(), std::move(request), std::nullopt, false});
        },
        [this](std::string what) { note(std::move(what)); },
        [this] { return memory_.begin_read(); },
        [this] { return readable_end(); },
        [this]() -> std::optional<Held> {
            if (held_.empty()) return std::nullopt;
            return take_held(1).front();
        },
    };
}

}  // namespace tern::simulation
