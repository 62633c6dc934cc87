#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/broker_process.hpp"
#include "tools/bench/control.hpp"
#include "tools/bench/data_folder.hpp"
#include "tools/bench/process_usage.hpp"

namespace tern::bench {

/// A broker that is measured: one that we start for the purpose, with an empty data folder, or one that runs already.
class Target {
public:
    /// Starts a broker with its data in `folder`, which is empty or was given to a broker before.
    static Target start(const std::filesystem::path& ternd, const std::filesystem::path& folder);
    static Target connect(const Endpoint& endpoint);

    const Endpoint& endpoint() const { return endpoint_; }
    /// Of HTTP and WebSockets; only of a broker of our own.
    const Endpoint& http_endpoint() const { return process_->http_endpoint(); }
    Control& control() { return *control_; }
    /// How long a broker of our own took to be ready; 0 for another.
    double start_seconds() const { return process_ ? process_->start_seconds() : 0; }
    /// True for a broker of our own.
    bool started() const { return process_ != nullptr; }
    /// From /proc for a broker of our own, else as the broker tells it.
    ProcessUsage usage();

private:
    Target() = default;

    Endpoint endpoint_;
    std::unique_ptr<BrokerProcess> process_;
    std::unique_ptr<Control> control_;
};

/// Queues made for a measurement. On a broker that runs on, they are deleted at the end.
class BenchQueues {
public:
    /// `label` tells this measurement's queues from others'.
    BenchQueues(Target& target, const std::string& label, std::size_t count, std::size_t body_bytes);
    ~BenchQueues();
    BenchQueues(const BenchQueues&) = delete;
    BenchQueues& operator=(const BenchQueues&) = delete;

    const std::vector<std::string>& names() const { return names_; }

private:
    Target& target_;
    std::vector<std::string> names_;
};

}  // namespace tern::bench
