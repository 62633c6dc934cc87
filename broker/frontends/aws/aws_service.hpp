#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "broker/frontends/admin/http_service.hpp"
#include "broker/frontends/aws/operation.hpp"
#include "broker/frontends/aws/options.hpp"

namespace tern::aws {

/// The AWS front end behind the HTTP port: makes a call of each request, and an HTTP answer of what the operation says.
/// No sockets. The broker outlives it.
class AwsService final : public admin::HttpService {
public:
    AwsService(runtime::LocalBroker& broker, AwsOptions options);
    ~AwsService() override;

    bool takes(const admin::HttpRequest& request) const override;
    admin::HttpStep begin(admin::HttpRequest&& request) override;

private:
    std::string new_request_id();

    const AwsOptions options_;
    const Surroundings surroundings_;
    /// Request ids have no need to be secret, only to differ.
    const std::uint64_t seed_;
    std::atomic<std::uint64_t> requests_{0};
};

}  // namespace tern::aws
