#include "broker/frontends/aws/operation.hpp"

#include <algorithm>
#include <array>

#include "broker/base/check.hpp"
#include "broker/frontends/aws/sqs_operations.hpp"

namespace tern::aws {

const Operation* find_operation(std::span<const Operation> operations, std::string_view name) {
    const auto found = std::ranges::find(operations, name, &Operation::name);
    return found == operations.end() ? nullptr : &*found;
}

std::span<const ServiceTable> services() {
    static const std::array tables = {
        ServiceTable{Service::sqs, "AmazonSQS.", "2012-11-05", "sqs", "http://queue.amazonaws.com/doc/2012-11-05/",
                     sqs_operations()},
    };
    return tables;
}

const ServiceTable& table_of(Service service) {
    const auto found = std::ranges::find(services(), service, &ServiceTable::service);
    TERN_CHECK(found != services().end());
    return *found;
}

}  // namespace tern::aws
