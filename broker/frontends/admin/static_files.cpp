#include "broker/frontends/admin/static_files.hpp"

#include <algorithm>
#include <string>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {

namespace {

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

const StaticFile* find_file(std::span<const StaticFile> files, std::string_view path) {
    const auto found = std::ranges::find(files, path, &StaticFile::path);
    return found == files.end() ? nullptr : &*found;
}

const StaticFile* file_for(std::span<const StaticFile> files, std::string_view path) {
    if (const auto* file = find_file(files, path)) return file;
    const auto folder = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    return find_file(files, std::string(folder) + "/index.html");
}

}  // namespace

std::optional<HttpResponse> answer_with_file(const HttpRequest& request, std::span<const StaticFile> files) {
    const auto* file = file_for(files, request.path);
    if (!file) return std::nullopt;
    HttpResponse response;
    if (request.method != "GET" && request.method != "HEAD") {
        response.status = 405;
        response.body = "this page can only be read\n";
        response.further_fields.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    response.content_type = file->content_type;
    // Kept, but asked for: the next broker may bring another one.
    response.cache_control = "no-cache";
    response.further_fields = {{"ETag", std::string(file->entity_tag)},
                               {"Content-Security-Policy", std::string(content_security_policy)},
                               {"Referrer-Policy", "no-referrer"},
                               {"Cross-Origin-Opener-Policy", "same-origin"}};
    const auto known = request.field("If-None-Match");
    if (known && list_contains(*known, file->entity_tag))
        response.status = 304;
    else
        response.body = file->contents;
    return response;
}

}  // namespace tern::admin
