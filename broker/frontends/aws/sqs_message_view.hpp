#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

namespace tern::aws::sqs {

/// What a receive wants to see of its messages (docs/aws.md sqs-26, sqs-27).
struct MessageSelection {
    std::vector<std::string> system_attributes;
    std::vector<std::string> attributes;

    bool wants_system_attribute(std::string_view name) const;
    bool wants_attribute(std::string_view name) const;
};

/// A message as SQS shows it, in memory of the answer; without a receipt handle when it has none.
boost::json::object view_of_message(const NamedQueue& queue, const engine::ReceivedMessage& message,
                                    const MessageSelection& selection, const boost::json::storage_ptr& storage);

}  // namespace tern::aws::sqs
