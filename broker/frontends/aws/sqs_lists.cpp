#include <string>
#include <utility>

#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// Lists of queues, in pages (docs/aws.md sqs-9, sqs-40).
namespace tern::aws::sqs {
namespace {

constexpr std::int64_t page_entries_max = 1000;

/// Errors: invalid_parameter_value. A token counts only beside a page's size.
std::variant<engine::Page, Error> page_of(const Call& call) {
    engine::Page page{page_entries_max, {}};
    const auto size = integer_in(call.parameters, "MaxResults");
    if (!size) return page;
    if (*size < 1 || *size > page_entries_max) {
        return invalid_value(std::to_string(*size), "MaxResults", "MaxResults must be an integer between 1 and 1000.");
    }
    page.entries_max = *size;
    page.token = text_in(call.parameters, "NextToken").value_or("");
    return page;
}

Error refusal_of_page(const Call& call, Errc status) {
    if (status != Errc::page_token_invalid) return error_of(call, status);
    return {kinds::invalid_parameter_value, "Invalid or expired next token."};
}

/// Without MaxResults there are no pages: what is beyond the first thousand is not shown.
void add_next_token(const Call& call, std::string&& token, boost::json::object& result) {
    if (!token.empty() && integer_in(call.parameters, "MaxResults")) result["NextToken"] = std::move(token);
}

}  // namespace

Step list_queues(const Surroundings& surroundings, Call& call) {
    const auto page = page_of(call);
    if (const auto* const error = std::get_if<Error>(&page)) return *error;
    const std::string prefix(text_in(call.parameters, "QueueNamePrefix").value_or(""));
    const auto snapshot = surroundings.broker.snapshot();
    auto found =
        engine::list_queues(*snapshot, surroundings.broker.now(), namespace_of(call.scope, surroundings.options.home),
                            prefix, std::get<engine::Page>(page));
    if (!found.has_value()) return refusal_of_page(call, found.error());
    boost::json::object result;
    boost::json::array urls;
    for (const auto& queue : found->queues)
        urls.push_back(boost::json::string(url_of_queue(surroundings, call, call.scope, queue.queue.name)));
    if (!urls.empty()) result["QueueUrls"] = std::move(urls);
    add_next_token(call, std::move(found->next_token), result);
    return result;
}

Step list_dead_letter_source_queues(const Surroundings& surroundings, Call& call) {
    const auto queue = queue_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&queue)) return *error;
    const auto page = page_of(call);
    if (const auto* const error = std::get_if<Error>(&page)) return *error;
    const auto& named = std::get<NamedQueue>(queue);
    const auto snapshot = surroundings.broker.snapshot();
    auto found = engine::list_dead_letter_sources(*snapshot, named.queue, std::get<engine::Page>(page));
    if (!found.has_value()) return refusal_of_page(call, found.error());
    boost::json::object result;
    auto& urls = result["queueUrls"].emplace_array();
    for (const auto& name : found->names)
        urls.push_back(boost::json::string(url_of_queue(surroundings, call, named.scope, name)));
    add_next_token(call, std::move(found->next_token), result);
    return result;
}

}  // namespace tern::aws::sqs
