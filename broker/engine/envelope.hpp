#pragma once

#include <string>

#include "broker/base/bytes.hpp"
#include "broker/engine/publication.hpp"

/// The JSON around a publication that a queue gets unless its subscription is raw: SNS's notification, without the
/// signature (docs/aws.md sns-19).
namespace tern::engine {

/// arn:aws:sns:REGION:ACCOUNT:NAME. A namespace ACCOUNT/REGION gives both; otherwise they are 000000000000 and
/// us-east-1.
std::string topic_arn(const TopicName& topic);

/// The dotted subject stands in it as SubjectPath: SNS's Subject is a headline, which publications have not. Data that
/// is not UTF-8 comes in base64, and then MessageEncoding says so. `sequence` is of FIFO topics; 0: none.
Bytes envelope_of(const TopicName& topic, const Published& published, std::uint64_t sequence);

}  // namespace tern::engine
