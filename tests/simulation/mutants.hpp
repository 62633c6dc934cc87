#pragma once

#include <array>

#include "tests/simulation/world.hpp"

namespace tern::simulation {

using store::Table;

/// Broken brokers; docs/testing.md lists which checker catches which.
inline constexpr std::array mutants = {
    Mutant{"answers released early", Mistake::answers_released_early, {}},
    Mutant{"waiter forgotten", Mistake::waiter_forgotten, {}},
    Mutant{"nothing given back", Mistake::nothing_given_back, {}},
    Mutant{"clock runs ahead", Mistake::clock_runs_ahead, {}},
    Mutant{"refused but executed", Mistake::refused_but_executed, {}},
    Mutant{"executed twice", Mistake::executed_twice, {}},
    Mutant{"commit forgotten", Mistake::none, {Forgets::commits, Table::meta, 50}},
    Mutant{"message not written", Mistake::none, {Forgets::puts, Table::queue_messages, 50}},
    Mutant{"message not erased", Mistake::none, {Forgets::erases, Table::queue_messages, 50}},
    Mutant{"schedule not written", Mistake::none, {Forgets::puts, Table::queue_schedule, 50}},
    Mutant{"schedule not erased", Mistake::none, {Forgets::erases, Table::queue_schedule, 50}},
    Mutant{"position not written", Mistake::none, {Forgets::puts, Table::queue_positions, 10}},
    Mutant{"counters not written", Mistake::none, {Forgets::puts, Table::queue_counters, 50}},
    Mutant{"group order not written", Mistake::none, {Forgets::puts, Table::fifo_order, 50}},
    Mutant{"group order not erased", Mistake::none, {Forgets::erases, Table::fifo_order, 50}},
    Mutant{"group not erased", Mistake::none, {Forgets::erases, Table::fifo_groups, 10}},
    Mutant{"delayed not erased", Mistake::none, {Forgets::erases, Table::fifo_delayed, 10}},
    Mutant{"deduplication not written", Mistake::none, {Forgets::puts, Table::deduplication, 10}},
    Mutant{"agenda not written", Mistake::none, {Forgets::puts, Table::agenda, 10}},
    Mutant{"reads past the durable end", Mistake::reads_past_durable_end, {}},
    Mutant{"offsets outside the transaction", Mistake::offsets_outside_transaction, {}},
    Mutant{"heartbeats say nothing", Mistake::heartbeats_say_nothing, {}},
    Mutant{"stamps never stored", Mistake::none, {Forgets::puts, Table::stream_producers, 1}},
    Mutant{"stamp not stored", Mistake::none, {Forgets::puts, Table::stream_producers, 10}},
    Mutant{"partition not written", Mistake::none, {Forgets::puts, Table::stream_partitions, 50}},
    Mutant{"block not written", Mistake::none, {Forgets::puts, Table::stream_log, 50}},
    Mutant{"block not erased", Mistake::none, {Forgets::erases, Table::stream_log, 20}},
    Mutant{"group of a stream not written", Mistake::none, {Forgets::puts, Table::stream_groups, 2}},
    Mutant{"group not written", Mistake::none, {Forgets::puts, Table::groups, 10}},
    Mutant{"member not written", Mistake::none, {Forgets::puts, Table::group_members, 10}},
    Mutant{"member not erased", Mistake::none, {Forgets::erases, Table::group_members, 10}},
    Mutant{"subscribers told early", Mistake::subscribers_told_early, {}},
    Mutant{"pushing acknowledges", Mistake::pushing_acknowledges, {}},
    Mutant{"histories cut too far", Mistake::histories_cut_too_far, {}},
    Mutant{"last value not written", Mistake::none, {Forgets::puts, Table::retained, 20}},
    Mutant{"count of deliveries not written", Mistake::none, {Forgets::puts, Table::subscription_counters, 20}},
    Mutant{"committed offset not written", Mistake::none, {Forgets::puts, Table::group_offsets, 20}},
};

}  // namespace tern::simulation
