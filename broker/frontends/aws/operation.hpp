#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/aws/call.hpp"
#include "broker/frontends/aws/options.hpp"
#include "broker/frontends/aws/shape.hpp"
#include "broker/runtime/local_broker.hpp"

namespace tern::aws {

/// What the handlers of operations work with. Lives as long as the service; used on any I/O thread.
struct Surroundings {
    runtime::LocalBroker& broker;
    const AwsOptions& options;
};

/// One operation of a service. `begin` may take what it needs out of the call's parameters, which fit `input`.
struct Operation {
    std::string_view name;
    Step (*begin)(const Surroundings& surroundings, Call& call);
    /// A structure; none: there are no parameters.
    const Shape* input = nullptr;
    /// A structure; none: the answer is empty.
    const Shape* output = nullptr;
    /// Whether a queue's URL is a place to ask this at.
    bool at_queue_url = true;
};

/// By name; none when the service has no such operation.
const Operation* find_operation(std::span<const Operation> operations, std::string_view name);

/// What tells the services apart, and what they have.
struct ServiceTable {
    Service service;
    /// Before the operation in X-Amz-Target, with the dot.
    std::string_view target_prefix;
    /// `Version` in the Query protocol.
    std::string_view version;
    /// In the credential scope of a signature.
    std::string_view signing_name;
    std::string_view xml_namespace;
    std::span<const Operation> operations;
};

/// All services of this front end.
std::span<const ServiceTable> services();
const ServiceTable& table_of(Service service);

}  // namespace tern::aws
