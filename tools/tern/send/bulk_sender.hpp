#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tern/client.hpp"
#include "tools/tern/pipeline.hpp"
#include "tools/tern/send/message_lines.hpp"
#include "tools/tern/send/send_report.hpp"

namespace tern::cli {

struct BulkOptions {
    std::size_t batch_entries_max = 250;
    std::size_t batch_bytes_max = 1u << 20;
    /// One keeps the order of the lines, whatever happens.
    std::size_t batches_in_flight_max = 8;
    /// Batches whose fate is unknown are sent again.
    bool sends_again = false;
};

/// Sends lines as messages: in batches, several on their way at once, a few batches in memory however long the input.
class BulkSender {
public:
    /// Told of settled messages and of how many bytes of the input they were.
    using OnProgress = std::function<void(std::uint64_t messages, std::uint64_t input_bytes)>;

    BulkSender(Client& client, QueueName queue, BulkOptions options, OnProgress on_progress);

    /// Sends until the end of the input, a failure that ends it all, or Ctrl-C.
    SendReport run(MessageLines& lines);

private:
    struct Batch {
        std::vector<NewMessage> messages;
        std::vector<std::uint64_t> lines;
        std::size_t bytes = 0;
        std::uint64_t input_bytes = 0;
        std::chrono::milliseconds pause{0};
    };
    using SharedBatch = std::shared_ptr<Batch>;

    bool is_full(const Batch& batch) const;
    void read_all(MessageLines& lines);
    void read_line(MessageLines& lines, MessageLines::Next next, NewMessage&& message);
    void start(SharedBatch batch);
    void start_gathered(const MessageLines& lines);
    void finish_oldest();
    void settle(const Batch& batch, const std::vector<SendResult>& results);
    void fail(SharedBatch batch, const Error& error);
    void give_up(const Batch& batch, const Error& error);

    Client& client_;
    QueueName queue_;
    BulkOptions options_;
    OnProgress on_progress_;
    Pipeline<std::vector<SendResult>, SharedBatch> on_their_way_;
    SharedBatch gathered_;
    SendReport report_;
    std::optional<std::uint64_t> first_unsettled_line_;
};

}  // namespace tern::cli
