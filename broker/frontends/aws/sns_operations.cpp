#include "broker/frontends/aws/sns_operations.hpp"

#include "broker/frontends/aws/sns_handlers.hpp"

/// The shapes of SNS, operation by operation, as its API reference has them.
namespace tern::aws {
namespace sns_shapes {
namespace {

constexpr Shape texts = list_of(text_shape);
constexpr Shape attributes = map_of(text_shape);
constexpr Shape nothing{Kind::structure};

constexpr Member message_attribute_members[] = {
    {"DataType", &text_shape}, {"StringValue", &text_shape}, {"BinaryValue", &text_shape}};
constexpr Shape message_attribute = structure(message_attribute_members);

constexpr Shape message_attributes = map_of(message_attribute, "Name", "Value");

constexpr Member tag_members[] = {{"Key", &text_shape}, {"Value", &text_shape}};
constexpr Shape tag = structure(tag_members);

constexpr Shape tags = list_of(tag);

constexpr Member topic_arn_members[] = {{"TopicArn", &text_shape}};
constexpr Shape topic_arn = structure(topic_arn_members);

constexpr Shape topic_arns = list_of(topic_arn);

constexpr Member subscription_arn_members[] = {{"SubscriptionArn", &text_shape}};
constexpr Shape subscription_arn = structure(subscription_arn_members);

constexpr Member subscription_members[] = {{"SubscriptionArn", &text_shape},
                                           {"Owner", &text_shape},
                                           {"Protocol", &text_shape},
                                           {"Endpoint", &text_shape},
                                           {"TopicArn", &text_shape}};
constexpr Shape subscription = structure(subscription_members);

constexpr Shape subscriptions = list_of(subscription);

constexpr Member page_input_members[] = {{"NextToken", &text_shape}};
constexpr Shape page_input = structure(page_input_members);

constexpr Member attributes_output_members[] = {{"Attributes", &attributes}};
constexpr Shape attributes_output = structure(attributes_output_members);

constexpr Member create_topic_input_members[] = {
    {"Name", &text_shape}, {"Attributes", &attributes}, {"Tags", &tags}, {"DataProtectionPolicy", &text_shape}};
constexpr Shape create_topic_input = structure(create_topic_input_members);

constexpr Member set_topic_input_members[] = {
    {"TopicArn", &text_shape}, {"AttributeName", &text_shape}, {"AttributeValue", &text_shape}};
constexpr Shape set_topic_input = structure(set_topic_input_members);

constexpr Member list_topics_output_members[] = {{"Topics", &topic_arns}, {"NextToken", &text_shape}};
constexpr Shape list_topics_output = structure(list_topics_output_members);

constexpr Member list_subscriptions_output_members[] = {{"Subscriptions", &subscriptions}, {"NextToken", &text_shape}};
constexpr Shape list_subscriptions_output = structure(list_subscriptions_output_members);

constexpr Member by_topic_input_members[] = {{"TopicArn", &text_shape}, {"NextToken", &text_shape}};
constexpr Shape by_topic_input = structure(by_topic_input_members);

constexpr Member resource_arn_members[] = {{"ResourceArn", &text_shape}};
constexpr Shape resource_arn = structure(resource_arn_members);

constexpr Member tag_resource_input_members[] = {{"ResourceArn", &text_shape}, {"Tags", &tags}};
constexpr Shape tag_resource_input = structure(tag_resource_input_members);

constexpr Member untag_resource_input_members[] = {{"ResourceArn", &text_shape}, {"TagKeys", &texts}};
constexpr Shape untag_resource_input = structure(untag_resource_input_members);

constexpr Member tags_output_members[] = {{"Tags", &tags}};
constexpr Shape tags_output = structure(tags_output_members);

constexpr Member add_permission_input_members[] = {
    {"TopicArn", &text_shape}, {"Label", &text_shape}, {"AWSAccountId", &texts}, {"ActionName", &texts}};
constexpr Shape add_permission_input = structure(add_permission_input_members);

constexpr Member remove_permission_input_members[] = {{"TopicArn", &text_shape}, {"Label", &text_shape}};
constexpr Shape remove_permission_input = structure(remove_permission_input_members);

constexpr Member data_protection_input_members[] = {{"ResourceArn", &text_shape},
                                                    {"DataProtectionPolicy", &text_shape}};
constexpr Shape data_protection_input = structure(data_protection_input_members);

constexpr Member data_protection_output_members[] = {{"DataProtectionPolicy", &text_shape}};
constexpr Shape data_protection_output = structure(data_protection_output_members);

constexpr Member subscribe_input_members[] = {{"TopicArn", &text_shape},
                                              {"Protocol", &text_shape},
                                              {"Endpoint", &text_shape},
                                              {"Attributes", &attributes},
                                              {"ReturnSubscriptionArn", &boolean_shape}};
constexpr Shape subscribe_input = structure(subscribe_input_members);

constexpr Member confirm_input_members[] = {
    {"TopicArn", &text_shape}, {"Token", &text_shape}, {"AuthenticateOnUnsubscribe", &text_shape}};
constexpr Shape confirm_input = structure(confirm_input_members);

constexpr Member set_subscription_input_members[] = {
    {"SubscriptionArn", &text_shape}, {"AttributeName", &text_shape}, {"AttributeValue", &text_shape}};
constexpr Shape set_subscription_input = structure(set_subscription_input_members);

constexpr Member publish_input_members[] = {{"TopicArn", &text_shape},
                                            {"TargetArn", &text_shape},
                                            {"PhoneNumber", &text_shape},
                                            {"Message", &text_shape},
                                            {"Subject", &text_shape},
                                            {"MessageStructure", &text_shape},
                                            {"MessageAttributes", &message_attributes},
                                            {"MessageDeduplicationId", &text_shape},
                                            {"MessageGroupId", &text_shape}};
constexpr Shape publish_input = structure(publish_input_members);

constexpr Member publish_output_members[] = {{"MessageId", &text_shape}, {"SequenceNumber", &text_shape}};
constexpr Shape publish_output = structure(publish_output_members);

constexpr Member publish_entry_members[] = {{"Id", &text_shape},
                                            {"Message", &text_shape},
                                            {"Subject", &text_shape},
                                            {"MessageStructure", &text_shape},
                                            {"MessageAttributes", &message_attributes},
                                            {"MessageDeduplicationId", &text_shape},
                                            {"MessageGroupId", &text_shape}};
constexpr Shape publish_entry = structure(publish_entry_members);

constexpr Shape publish_entries = list_of(publish_entry);

constexpr Member publish_batch_input_members[] = {{"TopicArn", &text_shape},
                                                  {"PublishBatchRequestEntries", &publish_entries}};
constexpr Shape publish_batch_input = structure(publish_batch_input_members);

constexpr Member published_entry_members[] = {
    {"Id", &text_shape}, {"MessageId", &text_shape}, {"SequenceNumber", &text_shape}};
constexpr Shape published_entry = structure(published_entry_members);

constexpr Shape published_entries = list_of(published_entry);

constexpr Member failed_entry_members[] = {
    {"Id", &text_shape}, {"Code", &text_shape}, {"Message", &text_shape}, {"SenderFault", &boolean_shape}};
constexpr Shape failed_entry = structure(failed_entry_members);

constexpr Shape failed_entries = list_of(failed_entry);

constexpr Member publish_batch_output_members[] = {{"Successful", &published_entries}, {"Failed", &failed_entries}};
constexpr Shape publish_batch_output = structure(publish_batch_output_members);

constexpr Member create_application_input_members[] = {
    {"Name", &text_shape}, {"Platform", &text_shape}, {"Attributes", &attributes}};
constexpr Shape create_application_input = structure(create_application_input_members);

constexpr Member application_arn_members[] = {{"PlatformApplicationArn", &text_shape}};
constexpr Shape application_arn = structure(application_arn_members);

constexpr Member set_application_input_members[] = {{"PlatformApplicationArn", &text_shape},
                                                    {"Attributes", &attributes}};
constexpr Shape set_application_input = structure(set_application_input_members);

constexpr Member application_members[] = {{"PlatformApplicationArn", &text_shape}, {"Attributes", &attributes}};
constexpr Shape application = structure(application_members);

constexpr Shape applications = list_of(application);

constexpr Member list_applications_output_members[] = {{"PlatformApplications", &applications},
                                                       {"NextToken", &text_shape}};
constexpr Shape list_applications_output = structure(list_applications_output_members);

constexpr Member create_endpoint_input_members[] = {{"PlatformApplicationArn", &text_shape},
                                                    {"Token", &text_shape},
                                                    {"CustomUserData", &text_shape},
                                                    {"Attributes", &attributes}};
constexpr Shape create_endpoint_input = structure(create_endpoint_input_members);

constexpr Member endpoint_arn_members[] = {{"EndpointArn", &text_shape}};
constexpr Shape endpoint_arn = structure(endpoint_arn_members);

constexpr Member set_endpoint_input_members[] = {{"EndpointArn", &text_shape}, {"Attributes", &attributes}};
constexpr Shape set_endpoint_input = structure(set_endpoint_input_members);

constexpr Member endpoint_members[] = {{"EndpointArn", &text_shape}, {"Attributes", &attributes}};
constexpr Shape endpoint = structure(endpoint_members);

constexpr Shape endpoints = list_of(endpoint);

constexpr Member list_endpoints_input_members[] = {{"PlatformApplicationArn", &text_shape}, {"NextToken", &text_shape}};
constexpr Shape list_endpoints_input = structure(list_endpoints_input_members);

constexpr Member list_endpoints_output_members[] = {{"Endpoints", &endpoints}, {"NextToken", &text_shape}};
constexpr Shape list_endpoints_output = structure(list_endpoints_output_members);

constexpr Member sms_attributes_input_members[] = {{"attributes", &texts}};
constexpr Shape sms_attributes_input = structure(sms_attributes_input_members);

constexpr Member sms_attributes_members[] = {{"attributes", &attributes}};
constexpr Shape sms_attributes = structure(sms_attributes_members);

constexpr Member phone_number_lower_members[] = {{"phoneNumber", &text_shape}};
constexpr Shape phone_number_lower = structure(phone_number_lower_members);

constexpr Member opted_out_output_members[] = {{"isOptedOut", &boolean_shape}};
constexpr Shape opted_out_output = structure(opted_out_output_members);

constexpr Member next_token_lower_members[] = {{"nextToken", &text_shape}};
constexpr Shape next_token_lower = structure(next_token_lower_members);

constexpr Member opted_out_list_output_members[] = {{"phoneNumbers", &texts}, {"nextToken", &text_shape}};
constexpr Shape opted_out_list_output = structure(opted_out_list_output_members);

constexpr Operation operations[] = {
    {"Publish", sns::publish, &publish_input, &publish_output},
    {"PublishBatch", sns::publish_batch, &publish_batch_input, &publish_batch_output},
    {"CreateTopic", sns::create_topic, &create_topic_input, &topic_arn},
    {"DeleteTopic", sns::delete_topic, &topic_arn},
    {"ListTopics", sns::list_topics, &page_input, &list_topics_output},
    {"GetTopicAttributes", sns::get_topic_attributes, &topic_arn, &attributes_output},
    {"SetTopicAttributes", sns::set_topic_attributes, &set_topic_input},
    {"Subscribe", sns::subscribe, &subscribe_input, &subscription_arn},
    {"ConfirmSubscription", sns::confirm_subscription, &confirm_input, &subscription_arn},
    {"Unsubscribe", sns::unsubscribe, &subscription_arn},
    {"GetSubscriptionAttributes", sns::get_subscription_attributes, &subscription_arn, &attributes_output},
    {"SetSubscriptionAttributes", sns::set_subscription_attributes, &set_subscription_input},
    {"ListSubscriptions", sns::list_subscriptions, &page_input, &list_subscriptions_output},
    {"ListSubscriptionsByTopic", sns::list_subscriptions_by_topic, &by_topic_input, &list_subscriptions_output},
    {"TagResource", sns::tag_resource, &tag_resource_input, &nothing},
    {"UntagResource", sns::untag_resource, &untag_resource_input, &nothing},
    {"ListTagsForResource", sns::list_tags_for_resource, &resource_arn, &tags_output},
    {"AddPermission", sns::add_permission, &add_permission_input},
    {"RemovePermission", sns::remove_permission, &remove_permission_input},
    {"GetDataProtectionPolicy", sns::get_data_protection_policy, &resource_arn, &data_protection_output},
    {"PutDataProtectionPolicy", sns::put_data_protection_policy, &data_protection_input},
    {"CreatePlatformApplication", sns::create_platform_application, &create_application_input, &application_arn},
    {"DeletePlatformApplication", sns::delete_platform_application, &application_arn},
    {"GetPlatformApplicationAttributes", sns::get_platform_application_attributes, &application_arn,
     &attributes_output},
    {"SetPlatformApplicationAttributes", sns::set_platform_application_attributes, &set_application_input},
    {"ListPlatformApplications", sns::list_platform_applications, &page_input, &list_applications_output},
    {"CreatePlatformEndpoint", sns::create_platform_endpoint, &create_endpoint_input, &endpoint_arn},
    {"DeleteEndpoint", sns::delete_endpoint, &endpoint_arn},
    {"GetEndpointAttributes", sns::get_endpoint_attributes, &endpoint_arn, &attributes_output},
    {"SetEndpointAttributes", sns::set_endpoint_attributes, &set_endpoint_input},
    {"ListEndpointsByPlatformApplication", sns::list_endpoints_by_platform_application, &list_endpoints_input,
     &list_endpoints_output},
    {"GetSMSAttributes", sns::get_sms_attributes, &sms_attributes_input, &sms_attributes},
    {"SetSMSAttributes", sns::set_sms_attributes, &sms_attributes, &nothing},
    {"CheckIfPhoneNumberIsOptedOut", sns::check_if_phone_number_is_opted_out, &phone_number_lower, &opted_out_output},
    {"ListPhoneNumbersOptedOut", sns::list_phone_numbers_opted_out, &next_token_lower, &opted_out_list_output},
    {"OptInPhoneNumber", sns::opt_in_phone_number, &phone_number_lower, &nothing},
};

}  // namespace
}  // namespace sns_shapes

std::span<const Operation> sns_operations() {
    return sns_shapes::operations;
}

}  // namespace tern::aws
