#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "broker/frontends/admin/http_message.hpp"

namespace tern::admin {

/// A file that is part of the broker (tools/embed_files.py).
struct StaticFile {
    std::string_view path;
    std::string_view content_type;
    /// With its quotes.
    std::string_view entity_tag;
    std::string_view contents;
};

/// All of them, in the order of their paths.
std::span<const StaticFile> static_files();

/// The answer when the request is for one of these files, or for a folder with an index.html in it; nothing when it is
/// not. Pages may load from here only, and nobody may frame them.
std::optional<HttpResponse> answer_with_file(const HttpRequest& request, std::span<const StaticFile> files);

}  // namespace tern::admin
