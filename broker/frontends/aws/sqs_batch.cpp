#include "broker/frontends/aws/sqs_batch.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "broker/base/ascii.hpp"

namespace tern::aws::sqs {
namespace {

constexpr std::size_t id_bytes_max = 80;

bool valid_entry_id(std::string_view id) {
    return !id.empty() && id.size() <= id_bytes_max &&
           std::ranges::all_of(id, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

Error bad_entry_id() {
    return {kinds::batch_id_invalid,
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 "
            "letters long."};
}

}  // namespace

std::variant<const boost::json::array*, Error> entries_of(const Surroundings& surroundings, const Call& call,
                                                          std::string_view entry_name) {
    const auto* const entries = list_in(call.parameters, "Entries");
    if (!entries || entries->empty()) {
        return Error{kinds::batch_empty,
                     "There should be at least one " + std::string(entry_name) + " in the request."};
    }
    if (const auto most = surroundings.options.sqs.batch_entries_max; entries->size() > most) {
        return Error{kinds::too_many_entries, "Maximum number of entries per request are " + std::to_string(most) +
                                                  ". You have sent " + std::to_string(entries->size()) + "."};
    }
    std::set<std::string_view> ids;
    for (const auto& entry : *entries) {
        const auto id = text_in(entry.get_object(), "Id");
        if (!id || !valid_entry_id(*id)) return bad_entry_id();
        if (!ids.insert(*id).second)
            return Error{kinds::batch_ids_not_distinct, "Id " + std::string(*id) + " repeated."};
    }
    return entries;
}

void BatchAnswer::fail(std::string_view id, const Error& error) {
    boost::json::object entry(storage_);
    entry["Id"] = id;
    entry["SenderFault"] = error.kind.fault == "Sender";
    entry["Code"] = error.kind.code;
    entry["Message"] = error.text;
    failed_.push_back(std::move(entry));
}

boost::json::object BatchAnswer::take() {
    boost::json::object result(storage_);
    if (!successful_.empty()) result["Successful"] = std::move(successful_);
    if (!failed_.empty()) result["Failed"] = std::move(failed_);
    return result;
}

}  // namespace tern::aws::sqs
