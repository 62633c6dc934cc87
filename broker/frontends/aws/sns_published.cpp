#include "broker/frontends/aws/sns_published.hpp"

#include <string>

#include "broker/engine/publication_record.hpp"
#include "broker/frontends/aws/sns_errors.hpp"
#include "protocol/status.hpp"

namespace tern::aws::sns {
namespace {

constexpr std::size_t sequence_digits = 20;

}  // namespace

boost::json::object published(const engine::PublishResult& result) {
    boost::json::object shown;
    shown["MessageId"] = engine::text_of(result.id);
    if (result.sequence == 0) return shown;
    auto digits = std::to_string(result.sequence);
    digits.insert(0, sequence_digits - digits.size(), '0');
    shown["SequenceNumber"] = digits;
    return shown;
}

Error error_of_publication(const engine::PublishResult& result) {
    switch (result.status) {
        case Errc::message_group_id_invalid: return invalid("MessageGroupId");
        case Errc::deduplication_id_invalid: return invalid("MessageDeduplicationId");
        case Errc::attribute_name_invalid:
        case Errc::attribute_type_invalid:
        case Errc::attribute_value_empty:
        case Errc::number_attribute_invalid:
        case Errc::attribute_duplicated:
            return {kinds::parameter_value_invalid, std::string(protocol::sentence_of(result.status))};
        default: return error_of(result.status);
    }
}

}  // namespace tern::aws::sns
