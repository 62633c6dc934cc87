#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tern/client.hpp"
#include "tools/tern/pipeline.hpp"
#include "tools/tern/send/send_report.hpp"
#include "tools/tern/topics/publication_lines.hpp"

namespace tern::cli {

/// Publishes lines in batches, several on their way at once and in order, a few batches in memory however long the
/// input. What a lost connection leaves open, the client publishes again, once.
class BulkPublisher {
public:
    /// Told of settled publications and of how many bytes of the input they were.
    using OnProgress = std::function<void(std::uint64_t publications, std::uint64_t input_bytes)>;

    BulkPublisher(Client& client, PublishOptions options, OnProgress on_progress);

    /// Publishes until the end of the input, a failure that ends it all, or Ctrl-C.
    SendReport run(PublicationLines& lines);

private:
    struct Batch {
        std::vector<NewPublication> publications;
        std::vector<std::uint64_t> lines;
        std::size_t bytes = 0;
        std::uint64_t input_bytes = 0;
    };

    void read_all(PublicationLines& lines);
    void read_line(PublicationLines& lines, PublicationLines::Next next, NewPublication&& publication);
    void start_gathered(const PublicationLines& lines);
    void finish_oldest();
    void settle(const Batch& batch, const std::vector<PublishResult>& results);
    void give_up(const Batch& batch, const Error& error);

    Client& client_;
    PublishOptions options_;
    OnProgress on_progress_;
    Pipeline<PublishResults, std::shared_ptr<Batch>> on_their_way_;
    Batch gathered_;
    SendReport report_;
    std::optional<std::uint64_t> first_unsettled_line_;
};

}  // namespace tern::cli
