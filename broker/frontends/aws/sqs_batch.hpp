#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/frontends/aws/sqs_queue_of.hpp"

/// What all batches have in common (docs/aws.md sqs-22, sqs-32).
namespace tern::aws::sqs {

/// The entries of a batch, each with an id of its own. `entry_name`: what the Query protocol calls one.
/// Errors: batch_empty, too_many_entries, batch_id_invalid, batch_ids_not_distinct.
std::variant<const boost::json::array*, Error> entries_of(const Surroundings& surroundings, const Call& call,
                                                          std::string_view entry_name);

/// The answer to a batch, put together entry by entry in the order of the request.
class BatchAnswer {
public:
    BatchAnswer() : storage_(result_storage()), successful_(storage_), failed_(storage_) {}

    /// Where entries are best made.
    const boost::json::storage_ptr& storage() const { return storage_; }
    void succeed(boost::json::object&& entry) { successful_.push_back(std::move(entry)); }
    void fail(std::string_view id, const Error& error);
    /// Lists without entries are left out.
    boost::json::object take();

private:
    const boost::json::storage_ptr storage_;
    boost::json::array successful_;
    boost::json::array failed_;
};

}  // namespace tern::aws::sqs
