#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "tern/client.hpp"
#include "tern/producer.hpp"
#include "tools/tern/append/record_lines.hpp"
#include "tools/tern/send/send_report.hpp"

namespace tern::cli {

/// Appends lines as records by a Producer, and keeps account of every line; a bounded number of records is in memory
/// however long the input.
class BulkAppender {
public:
    /// Told of durable records and of how many bytes of the input they were; on the thread that runs.
    using OnProgress = std::function<void(std::uint64_t records, std::uint64_t input_bytes)>;

    BulkAppender(Client& client, StreamName stream, ProducerOptions options, OnProgress on_progress);

    /// Appends until the end of the input, a failure that ends it all, or Ctrl-C.
    SendReport run(RecordLines& lines);

private:
    /// A line on its way.
    struct Line {
        std::uint64_t number = 0;
        std::uint64_t input_bytes = 0;
        std::size_t bytes = 0;
    };

    void read_all(RecordLines& lines);
    void start(const Line& line, NewRecord&& record);
    void settle(const Line& line, const Outcome<Appended>& outcome);
    void give_up(const Line& line, const Error& error);
    /// Waits until there is room for one more; false when the work has ended meanwhile.
    bool wait_for_room();
    /// Waits until nothing is on its way. What has ended early is not waited for: it fails.
    void wait_for_the_rest();
    /// Tells the progress while it waits.
    template <class Condition>
    void wait_until(Condition condition);
    void tell_progress();

    /// Gone when the work has ended.
    std::optional<Producer> producer_;
    OnProgress on_progress_;

    // Lines are settled on the client's thread.
    std::mutex mutex_;
    std::condition_variable settled_;
    SendReport report_;
    std::size_t records_on_their_way_ = 0;
    std::size_t bytes_on_their_way_ = 0;
    std::uint64_t input_bytes_settled_ = 0;
    std::uint64_t last_line_stored_ = 0;
    std::optional<std::uint64_t> first_unsettled_line_;
};

}  // namespace tern::cli
