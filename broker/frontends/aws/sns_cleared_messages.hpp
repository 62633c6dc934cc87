#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/frontends/admin/http_step.hpp"
#include "broker/frontends/aws/names.hpp"
#include "broker/frontends/aws/operation.hpp"

/// Which of the messages that are kept (sns_kept_messages.hpp) are not shown any more, because their page was asked to
/// DELETE them (docs/aws.md sns-30). The time of that is noted in the store; the messages themselves go after their
/// day, as they do anyway.
namespace tern::aws::sns {

class ClearedMessages {
public:
    /// Of a protocol: "sms" or "application".
    ClearedMessages(const Surroundings& surroundings, const Scope& scope, std::string_view protocol);

    bool has(std::string_view address, Timestamp published_at) const;

private:
    engine::Annotations times_;
    std::string protocol_;
};

/// Clears all messages of a protocol, or those to one address. Answers with 204.
admin::HttpStep clear_messages(const Surroundings& surroundings, const Scope& scope, std::string_view protocol,
                               const std::optional<std::string>& address);

}  // namespace tern::aws::sns
