#include <openssl/sha.h>

#include <algorithm>
#include <set>

#include "tests/model/model.hpp"

/// Sending (docs/aws.md sqs-15 to sqs-22, sqs-33 to sqs-36).
namespace tern::model {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

bool token_is_valid(const std::string& token) {
    return token.size() >= 1 && token.size() <= 128 &&
           std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

Status check_attribute_name(const std::string& name) {
    const auto starts_with = [&](std::string prefix) {
        if (name.size() < prefix.size()) return false;
        return std::equal(prefix.begin(), prefix.end(), name.begin(), [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
        });
    };
    const bool characters = std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
    });
    const bool good = !name.empty() && name.size() <= 256 && characters && name.front() != '.' && name.back() != '.' &&
                      name.find("..") == std::string::npos && !starts_with("AWS.") && !starts_with("Amazon.");
    return good ? Status::ok : Status::attribute_name_invalid;
}

Status check_attributes(const std::vector<Attribute>& attributes) {
    if (attributes.size() > 10) return Status::too_many_attributes;
    std::set<std::string> names;
    for (const auto& attribute : attributes) {
        if (const auto status = check_attribute_name(attribute.name); status != Status::ok) return status;
        const auto prefix = attribute.type.substr(0, attribute.type.find('.'));
        if ((prefix != "String" && prefix != "Number" && prefix != "Binary") || attribute.type.size() > 256)
            return Status::attribute_type_invalid;
        if (attribute.value.empty()) return Status::attribute_value_empty;
        if (!names.insert(attribute.name).second) return Status::attribute_duplicated;
    }
    return Status::ok;
}

std::size_t size_of(const Entry& entry) {
    std::size_t bytes = entry.body.size();
    for (const auto& attribute : entry.attributes)
        bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
    return bytes;
}

std::string sha256_hex(const std::string& body) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest);
    std::string out;
    for (const auto byte : digest) {
        constexpr char digits[] = "0123456789abcdef";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

Status check_standard(const Entry& entry) {
    return entry.deduplication_id ? Status::deduplication_id_on_standard_queue : Status::ok;
}

Status check_fifo(const Entry& entry, const engine::QueueSettings& settings) {
    if (entry.delay.value_or(Milliseconds(0)) > Milliseconds(0)) return Status::message_delay_on_fifo_queue;
    if (entry.group.empty()) return Status::message_group_id_missing;
    return entry.deduplication_id || settings.content_based_deduplication ? Status::ok
                                                                          : Status::deduplication_id_missing;
}

Status check(const Entry& entry, const engine::QueueSettings& settings) {
    if (entry.body.empty()) return Status::message_body_missing;
    if (const auto status = check_attributes(entry.attributes); status != Status::ok) return status;
    if (size_of(entry) > static_cast<std::size_t>(settings.message_bytes_max)) return Status::message_too_large;
    if (entry.delay && (*entry.delay < seconds(0) || *entry.delay > seconds(900))) return Status::delay_invalid;
    if (const auto status = settings.fifo ? check_fifo(entry, settings) : check_standard(entry); status != Status::ok)
        return status;
    if (!entry.group.empty() && !token_is_valid(entry.group)) return Status::message_group_id_invalid;
    if (entry.deduplication_id && !token_is_valid(*entry.deduplication_id)) return Status::deduplication_id_invalid;
    return Status::ok;
}

}  // namespace

void Model::send(const Action& action, const Send& send) {
    if (send.entries.empty()) return answer(action.label, Status::batch_empty);
    if (send.entries.size() > entries_max) return answer(action.label, Status::batch_too_long);
    auto* queue = find(send.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);

    Answer result{action.label, Status::ok, false, {}, {}, {}};
    for (const auto& entry : send.entries) result.sends.push_back(this->send(*queue, entry));
    answers_.push_back(result);
}

SendOutcome Model::send(Queue& queue, const Entry& entry) {
    if (const auto status = check(entry, queue.settings); status != Status::ok) return {status, 0};

    Message message;
    message.entry = entry;
    message.sent_at = now_;
    message.available_at = now_ + entry.delay.value_or(queue.settings.delay);
    message.first_available_at = message.available_at;
    if (queue.settings.fifo) {
        // An earlier send with the same id within five minutes is what this one is answered with (sqs-35).
        message.deduplication_id = entry.deduplication_id.value_or(sha256_hex(entry.body));
        const bool by_group = queue.deduplicates_in == engine::DeduplicationScope::message_group;
        const auto scope = by_group ? entry.group : std::string();
        for (const auto& earlier : queue.deduplications)
            if (earlier.scope == scope && earlier.id == message.deduplication_id && now_ - earlier.sent_at < minutes(5))
                return {Status::ok, earlier.number};
        queue.deduplications.push_back({scope, message.deduplication_id, next_number_, now_});
    }
    message.number = next_number_++;
    ++queue.sent;
    append(queue, message);
    return {Status::ok, message.number};
}

}  // namespace tern::model
