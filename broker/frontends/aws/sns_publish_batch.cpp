#include <algorithm>
#include <boost/json/array.hpp>
#include <set>
#include <utility>

#include "broker/base/ascii.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_publication.hpp"
#include "broker/frontends/aws/sns_published.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// PublishBatch: several messages, each for itself (docs/aws.md sns-12).
namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::size_t batch_entries_max = 10;
constexpr std::size_t batch_id_characters_max = 80;

std::string_view id_of(const json::value& entry) {
    return text_in(entry.get_object(), "Id").value_or("");
}

std::optional<Error> check_id(std::string_view id) {
    const bool clean = std::ranges::all_of(id, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
    if (id.size() > batch_id_characters_max) {
        return Error{kinds::batch_id_invalid,
                     "The Id of a batch entry in the batch request is too long: " + std::string(id)};
    }
    if (id.empty() || !clean) {
        return Error{
            kinds::batch_id_invalid,
            "The Id of a batch entry in the batch request contains an impermissible character: " + std::string(id)};
    }
    return std::nullopt;
}

/// What makes the whole batch wrong.
std::optional<Error> check_ids(const json::array& entries) {
    if (entries.empty()) return Error{kinds::batch_empty, "The batch request doesn't contain any entries."};
    if (entries.size() > batch_entries_max)
        return Error{kinds::too_many_entries, "The batch request contains more entries than permissible."};
    std::set<std::string_view> ids;
    for (const auto& entry : entries) {
        if (auto error = check_id(id_of(entry))) return error;
        if (!ids.insert(id_of(entry)).second) {
            return Error{kinds::batch_ids_not_distinct, "Two or more batch entries in the request have the same Id."};
        }
    }
    return std::nullopt;
}

json::object failure(std::string_view id, const Error& error) {
    json::object entry;
    entry["Id"] = std::string(id);
    entry["Code"] = error.kind.code;
    entry["Message"] = error.text;
    entry["SenderFault"] = error.kind.fault == "Sender";
    return entry;
}

/// One batch on its way: what was refused here, and what the engine was asked to publish.
class PublishingBatch {
public:
    PublishingBatch(const Surroundings& surroundings, const Call& call, NamedTopic&& topic,
                    const engine::TopicDescription& description)
        : surroundings_(surroundings),
          call_(call),
          topic_(std::move(topic)),
          description_(description) {}

    Step run(const json::array& entries) {
        std::size_t number = 0;
        for (const auto& entry : entries)
            if (auto error = take(entry.get_object(), ++number)) return std::move(*error);
        if (bytes_ > message_bytes_max(description_)) {
            return Error{kinds::batch_too_long, "The length of all the messages put together is more than the limit."};
        }
        if (publications_.empty()) return answer({}, {}, std::move(failed_));
        Submit submit;
        submit.bytes = bytes_;
        submit.command =
            publish_command(std::move(topic_.topic), std::move(publications_), is_deduplicated_by_group(description_));
        submit.then = [ids = std::move(ids_), failed = std::move(failed_)](engine::Answer&& given) mutable -> Step {
            if (given.status != Errc::ok) return error_of(given.status);
            return answer(ids, std::get<engine::PublishResults>(given.body).results, std::move(failed));
        };
        return submit;
    }

private:
    /// Errors that are the whole batch's: attributes, MessageStructure, what a FIFO topic wants (docs/aws.md sns-12).
    std::optional<Error> take(const json::object& entry, std::size_t number) {
        auto read = read_message(entry, "publishBatchRequestEntries." + std::to_string(number) + ".member.");
        auto* const fault = std::get_if<Error>(&read);
        if (fault && fault->kind.code != kinds::invalid_parameter.code) return std::move(*fault);
        if (!fault)
            if (auto error = take_apart(entry, {}, std::get<Message>(read))) return error;
        const auto& settings = description_.settings;
        if (auto error = check_fifo_parameters(entry, settings.fifo, settings.content_based_deduplication))
            return error;
        if (fault) {
            failed_.push_back(failure(text_in(entry, "Id").value_or(""), *fault));
            return std::nullopt;
        }
        auto& message = std::get<Message>(read);
        bytes_ += message.bytes;
        ids_.emplace_back(text_in(entry, "Id").value_or(""));
        publications_.push_back(publication_of(surroundings_, call_, topic_, description_, std::move(message), entry));
        return std::nullopt;
    }

    static json::object answer(const std::vector<std::string>& ids, const std::vector<engine::PublishResult>& results,
                               json::array&& failed) {
        json::array successful;
        for (std::size_t at = 0; at < results.size(); ++at) {
            if (results[at].status != Errc::ok) {
                failed.push_back(failure(ids.at(at), error_of_publication(results[at])));
                continue;
            }
            auto entry = published(results[at]);
            entry["Id"] = ids.at(at);
            successful.push_back(std::move(entry));
        }
        return {{"Successful", std::move(successful)}, {"Failed", std::move(failed)}};
    }

    const Surroundings& surroundings_;
    const Call& call_;
    NamedTopic topic_;
    const engine::TopicDescription& description_;
    std::vector<std::string> ids_;
    engine::PublicationBatch publications_;
    json::array failed_;
    std::uint64_t bytes_ = 0;
};

}  // namespace

Step publish_batch(const Surroundings& surroundings, Call& call) {
    const auto* const entries = list_in(call.parameters, "PublishBatchRequestEntries");
    if (auto error = check_ids(entries ? *entries : json::array())) return std::move(*error);
    auto topic = topic_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    const auto described = describe(surroundings, std::get<NamedTopic>(topic));
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    return PublishingBatch(surroundings, call, std::get<NamedTopic>(std::move(topic)),
                           std::get<engine::TopicDescription>(described))
        .run(*entries);
}

}  // namespace tern::aws::sns
