#include "tests/crash/kill9/stream_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "tests/crash/kill9/findings.hpp"
#include "tests/crash/names.hpp"

namespace tern::crash {
namespace {

std::size_t fingerprint_of(std::string_view value) {
    return std::hash<std::string_view>()(value);
}

}  // namespace

void StreamLedger::finding(std::size_t& counter, std::string sentence) {
    ++counter;
    if (findings_.size() < findings_max) findings_.push_back(std::move(sentence));
}

std::string StreamLedger::new_record(const std::string& lane, std::size_t filler_bytes) {
    const std::lock_guard lock(mutex_);
    auto name = fmt::format("{}:{}", lane, lanes_[lane]++);
    auto value = name + '|' + std::string(filler_bytes, static_cast<char>('a' + balance_.attempts++ % 26));
    records_[std::move(name)].fingerprint = fingerprint_of(value);
    return value;
}

void StreamLedger::acknowledged(std::string_view value) {
    const std::lock_guard lock(mutex_);
    auto& record = records_.at(name_in(value));
    if (!std::exchange(record.acknowledged, true)) ++balance_.acknowledged;
}

void StreamLedger::sent_again(std::size_t records) {
    const std::lock_guard lock(mutex_);
    balance_.sent_again += records;
}

void StreamLedger::shown(const PartitionKey& partition, const std::vector<ReadRecord>& records) {
    const std::lock_guard lock(mutex_);
    balance_.shown += records.size();
    auto& shown = shown_[partition];
    for (const auto& record : records) {
        const Shown now{name_in(record.value), fingerprint_of(record.value)};
        const auto [before, is_new] = shown.emplace(record.offset, now);
        if (!is_new && before->second.fingerprint != now.fingerprint)
            finding(balance_.vanished,
                    fmt::format("{} was at offset {} of {}, and {} is there now", before->second.name, record.offset,
                                text_of(partition), name_in(record.value)));
    }
}

void StreamLedger::commit_acknowledged(const OffsetKey& key, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    ++balance_.committed;
    auto& committed = committed_[key];
    committed = std::max(committed, offset);
}

std::uint64_t StreamLedger::least(const OffsetKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto at = committed_.find(key);
    return at == committed_.end() ? 0 : at->second;
}

void StreamLedger::told(const OffsetKey& key, std::uint64_t least, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    if (offset < least)
        finding(balance_.went_back, fmt::format("group {} is told {} for {}, and {} was committed", key.group, offset,
                                                text_of(key.partition), least));
}

void StreamLedger::found(const PartitionKey& partition, const std::vector<ReadRecord>& records) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::size_t> next_of_lane;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto name = name_in(records[i].value);
        if (records[i].offset != i)
            finding(balance_.disordered,
                    fmt::format("{} is at offset {} of {}, not {}", name, records[i].offset, text_of(partition), i));
        const auto at = records_.find(name);
        if (at == records_.end() || at->second.fingerprint != fingerprint_of(records[i].value)) {
            finding(balance_.unexpected, fmt::format("{} in {} is not what was appended", name, text_of(partition)));
            continue;
        }
        if (std::exchange(at->second.found, true)) {
            finding(balance_.repeated, fmt::format("{} is in {} again", name, text_of(partition)));
            continue;
        }
        auto& next = next_of_lane[name.substr(0, name.find(':'))];
        const auto number = std::stoull(name.substr(name.find(':') + 1));
        // One that is missing is lost, which is told elsewhere.
        if (number < next) finding(balance_.disordered, fmt::format("{} comes after a later one", name));
        next = std::max<std::size_t>(next, number + 1);
    }
    check_shown(partition, records);
}

void StreamLedger::check_shown(const PartitionKey& partition, const std::vector<ReadRecord>& records) {
    for (const auto& [offset, shown] : shown_[partition]) {
        const auto at = std::ranges::lower_bound(records, offset, {}, &ReadRecord::offset);
        if (at == records.end() || at->offset != offset || fingerprint_of(at->value) != shown.fingerprint)
            finding(balance_.vanished, fmt::format("{} was shown at offset {} of {}, and is not there", shown.name,
                                                   offset, text_of(partition)));
    }
}

void StreamLedger::made(const std::set<std::string>& must, const std::set<std::string>& may,
                        const std::vector<std::string>& results) {
    const std::lock_guard lock(mutex_);
    std::set<std::string> sources;
    for (const auto& result : results) {
        const auto source = name_in(result);
        if (!must.contains(source) && !may.contains(source)) {
            finding(balance_.unexpected, fmt::format("something was made of {}, which is no source", source));
        } else if (!sources.insert(source).second) {
            finding(balance_.repeated, fmt::format("two things were made of {}", source));
        }
    }
    for (const auto& source : must) {
        if (!sources.contains(source)) finding(balance_.lost, fmt::format("nothing was made of {}", source));
    }
    balance_.made += sources.size();
}

StreamBalance StreamLedger::balance() const {
    const std::lock_guard lock(mutex_);
    auto balance = balance_;
    for (const auto& [name, record] : records_) {
        if (record.acknowledged && !record.found) ++balance.lost;
    }
    return balance;
}

std::vector<std::string> StreamLedger::findings() const {
    const std::lock_guard lock(mutex_);
    auto sentences = findings_;
    for (const auto& [name, record] : records_) {
        if (!record.acknowledged || record.found || sentences.size() >= findings_max) continue;
        sentences.push_back(fmt::format("record {} was acknowledged and is gone", name));
    }
    return sentences;
}

}  // namespace tern::crash
