#pragma once

#include "tests/crash/verdict.hpp"

/// The parts of judge that look at streams, groups, transactions and topics.
namespace tern::crash {

void judge_streams(const Found& found, const History& history, Position at, Findings& findings);
void judge_groups(const Found& found, const History& history, Position at, Findings& findings);
/// After the single commands: here only whether transactions are whole.
void judge_transactions(const Found& found, const History& history, Position at, Findings& findings);

void judge_topics(const Found& found, const History& history, Position at, Findings& findings);

/// Null when it is not there.
const FoundPartition* find_partition(const Found& found, const PartitionKey& key);

}  // namespace tern::crash
