#pragma once

#include "broker/frontends/aws/operation.hpp"

/// The operations of SNS: each makes an engine command of its call, and SNS's answer of the engine's.
namespace tern::aws::sns {

// sns_topics.cpp
Step create_topic(const Surroundings& surroundings, Call& call);
Step delete_topic(const Surroundings& surroundings, Call& call);

// sns_topic_attribute_calls.cpp
Step get_topic_attributes(const Surroundings& surroundings, Call& call);
Step set_topic_attributes(const Surroundings& surroundings, Call& call);
Step get_data_protection_policy(const Surroundings& surroundings, Call& call);
Step put_data_protection_policy(const Surroundings& surroundings, Call& call);

// sns_permissions.cpp
Step add_permission(const Surroundings& surroundings, Call& call);
Step remove_permission(const Surroundings& surroundings, Call& call);

// sns_tags.cpp
Step tag_resource(const Surroundings& surroundings, Call& call);
Step untag_resource(const Surroundings& surroundings, Call& call);
Step list_tags_for_resource(const Surroundings& surroundings, Call& call);

// sns_lists.cpp
Step list_topics(const Surroundings& surroundings, Call& call);
Step list_subscriptions(const Surroundings& surroundings, Call& call);
Step list_subscriptions_by_topic(const Surroundings& surroundings, Call& call);

// sns_subscribing.cpp
Step subscribe(const Surroundings& surroundings, Call& call);
Step confirm_subscription(const Surroundings& surroundings, Call& call);
Step unsubscribe(const Surroundings& surroundings, Call& call);

// sns_subscription_attribute_calls.cpp
Step get_subscription_attributes(const Surroundings& surroundings, Call& call);
Step set_subscription_attributes(const Surroundings& surroundings, Call& call);

// sns_publish.cpp
Step publish(const Surroundings& surroundings, Call& call);

// sns_publish_batch.cpp
Step publish_batch(const Surroundings& surroundings, Call& call);

// sns_platform_applications.cpp
Step create_platform_application(const Surroundings& surroundings, Call& call);
Step delete_platform_application(const Surroundings& surroundings, Call& call);
Step get_platform_application_attributes(const Surroundings& surroundings, Call& call);
Step set_platform_application_attributes(const Surroundings& surroundings, Call& call);
Step list_platform_applications(const Surroundings& surroundings, Call& call);

// sns_platform_endpoints.cpp
Step create_platform_endpoint(const Surroundings& surroundings, Call& call);
Step delete_endpoint(const Surroundings& surroundings, Call& call);
Step get_endpoint_attributes(const Surroundings& surroundings, Call& call);
Step set_endpoint_attributes(const Surroundings& surroundings, Call& call);
Step list_endpoints_by_platform_application(const Surroundings& surroundings, Call& call);

// sns_sms.cpp
Step get_sms_attributes(const Surroundings& surroundings, Call& call);
Step set_sms_attributes(const Surroundings& surroundings, Call& call);
Step check_if_phone_number_is_opted_out(const Surroundings& surroundings, Call& call);
Step list_phone_numbers_opted_out(const Surroundings& surroundings, Call& call);
Step opt_in_phone_number(const Surroundings& surroundings, Call& call);

}  // namespace tern::aws::sns
