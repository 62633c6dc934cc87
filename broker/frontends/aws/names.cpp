#include "broker/frontends/aws/names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "broker/base/ascii.hpp"
#include "broker/frontends/admin/http_text.hpp"

namespace tern::aws {
namespace {

constexpr std::size_t region_bytes_max = 40;
constexpr std::size_t resource_bytes_max = 2048;

/// Where a text was cut: names are read with every request, so that this takes no memory from the heap.
template <std::size_t parts_max>
struct Parts {
    std::array<std::string_view, parts_max> all;
    std::size_t count = 0;

    std::size_t size() const { return count; }
    std::string_view operator[](std::size_t i) const { return all[i]; }
    void drop_front(std::size_t n) {
        std::ranges::move(all.begin() + static_cast<std::ptrdiff_t>(n), all.end(), all.begin());
        count -= n;
    }
};

/// Up to `parts_max` parts; the last one holds the rest.
template <std::size_t parts_max>
Parts<parts_max> split(std::string_view text, char between) {
    Parts<parts_max> parts;
    while (parts.count + 1 < parts_max) {
        const auto end = text.find(between);
        if (end == std::string_view::npos) break;
        parts.all[parts.count++] = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    parts.all[parts.count++] = text;
    return parts;
}

std::string_view without_scheme(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (url.size() >= scheme.size() && admin::equal_ignoring_case(url.substr(0, scheme.size()), scheme)) {
            return url.substr(scheme.size());
        }
    }
    return url;
}

/// The region in a host such as sqs.REGION.DOMAIN or REGION.queue.DOMAIN.
std::optional<std::string> region_of_host(std::string_view host) {
    const auto labels = split<4>(host, '.');
    if (labels.size() < 3) return std::nullopt;
    if (labels[0] == "sqs" && is_region(labels[1])) return std::string(labels[1]);
    if (labels[1] == "queue" && is_region(labels[0])) return std::string(labels[0]);
    return std::nullopt;
}

}  // namespace

bool is_account(std::string_view text) {
    return text.size() == 12 && std::ranges::all_of(text, admin::is_digit);
}

bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= region_bytes_max &&
           std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

std::string namespace_of(const Scope& scope, const Scope& home) {
    if (scope == home) return {};
    return scope.account + "/" + scope.region;
}

Scope scope_of(std::string_view namespace_name, const Scope& home) {
    const auto parts = split<2>(namespace_name, '/');
    if (parts.size() != 2 || !is_account(parts[0]) || !is_region(parts[1])) return home;
    return {std::string(parts[0]), std::string(parts[1])};
}

std::string_view partition_of(std::string_view region) {
    if (region.starts_with("cn-")) return "aws-cn";
    if (region.starts_with("us-gov-")) return "aws-us-gov";
    return "aws";
}

std::string arn_of(std::string_view service, const Scope& scope, std::string_view resource) {
    std::string arn = "arn:";
    arn.append(partition_of(scope.region)).append(":").append(service).append(":").append(scope.region);
    return arn.append(":").append(scope.account).append(":").append(resource);
}

std::string iam_arn(std::string_view region, std::string_view account, std::string_view who) {
    std::string arn = "arn:";
    arn.append(partition_of(region)).append(":iam::");
    return arn.append(account).append(":").append(who);
}

std::optional<Arn> parse_arn(std::string_view text) {
    const auto parts = split<6>(text, ':');
    if (parts.size() != 6 || parts[0] != "arn" || !parts[1].starts_with("aws")) return std::nullopt;
    if (!is_region(parts[3]) || !is_account(parts[4])) return std::nullopt;
    if (parts[5].empty() || parts[5].size() > resource_bytes_max) return std::nullopt;
    return Arn{std::string(parts[2]), {std::string(parts[4]), std::string(parts[3])}, std::string(parts[5])};
}

Scope QueueAddress::scope_for(const Scope& caller) const {
    return {account.value_or(caller.account), region.value_or(caller.region)};
}

std::string queue_url(std::string_view authority, const Scope& scope, std::string_view name, const Scope& home) {
    std::string url = "http://";
    url.append(authority);
    if (scope.region != home.region) url.append("/queue/").append(scope.region);
    return url.append("/").append(scope.account).append("/").append(name);
}

std::optional<QueueAddress> parse_queue_path(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    QueueAddress address;
    auto parts = split<5>(path, '/');
    if (parts.size() == 4 && parts[0] == "queue" && is_region(parts[1])) {
        address.region = parts[1];
        parts.drop_front(2);
    }
    if (parts.size() == 2 && parts[0] == "queue" && !parts[1].empty()) {
        // As ElasticMQ writes them, of the broker's own account.
        address.name = parts[1];
        return address;
    }
    if (parts.size() != 2 || !is_account(parts[0]) || parts[1].empty()) return std::nullopt;
    address.account = parts[0];
    address.name = parts[1];
    return address;
}

std::optional<QueueAddress> parse_queue_url(std::string_view url) {
    url = url.substr(0, std::min(url.find('?'), url.find('#')));
    const auto rest = without_scheme(url);
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) {
        if (rest.size() != url.size() || rest.empty()) return std::nullopt;
        return QueueAddress{std::nullopt, std::nullopt, std::string(rest)};
    }
    auto address = parse_queue_path(rest.substr(slash));
    if (address && !address->region) {
        const auto authority = rest.substr(0, slash);
        address->region = region_of_host(authority.substr(0, authority.find(':')));
    }
    return address;
}

std::string_view authority_of(std::string_view host_field) {
    host_field = without_scheme(host_field);
    return host_field.substr(0, host_field.find('/'));
}

}  // namespace tern::aws
