#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/publication.hpp"
#include "tools/tern/context.hpp"
#include "tools/tern/topics/publication_lines.hpp"

namespace tern::cli {

/// Publishes a few publications of one topic, and tells where each is.
ExitCode publish_few(Context& context, std::vector<NewPublication> publications, const PublishOptions& options);

struct LinesToPublish {
    /// "-" is standard input.
    std::string file;
    std::uint64_t from_line = 1;
    PublicationLayout layout;
    PublishOptions options;
    /// How long to wait for a broker that is gone; nothing is published twice by that. Absent: that ends the work.
    std::optional<std::chrono::milliseconds> retry;
};

/// Publishes a publication a line, with a progress bar on a terminal, and tells what is sure and what is not.
ExitCode publish_lines(Context& context, const LinesToPublish& lines);

}  // namespace tern::cli
