"""Items sns-1 to sns-6 of docs/aws.md: topics, their attributes, tags and permissions."""

import concurrent.futures
import json

from sns_bench import ACCOUNT, REGION, decoded, refused, text_of


def sns_01_names(bench):
    for name in ("", "a" * 257, "no spaces", "no.dots", "späße", "it.fifo"):
        refused("InvalidParameter", "Invalid parameter: Topic Name", bench.sns.create_topic, Name=name)
    refused("InvalidParameter", "Invalid parameter: Topic Name", bench.sns.create_topic, Name="plain",
            Attributes={"FifoTopic": "true"})
    long = "A-z_0" + "9" * 251
    assert bench.sns.create_topic(Name=long)["TopicArn"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:{long}"
    assert bench.sns.publish(TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:{long}", Message="x")["MessageId"]
    bench.sns.create_topic(Name="f" * 251 + ".fifo", Attributes={"FifoTopic": "true"})
    status, answer = bench.query("CreateTopic", Name="a b")
    assert (status, text_of(answer, "Error/Code"), text_of(answer, "Error/Type")) == (400, "InvalidParameter", "Sender")
    assert [element.tag.rsplit("}")[-1] for element in answer[0]] == ["Type", "Code", "Message"], list(answer[0])


def sns_02_creation_is_idempotent(bench):
    name = bench.name()
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    first = bench.sns.create_topic(Name=name, Attributes={"DisplayName": "News"}, Tags=tags)["TopicArn"]
    for again in ({}, {"Attributes": {"DisplayName": "News"}}, {"Tags": tags}, {"Tags": tags[:1]}):
        assert bench.sns.create_topic(Name=name, **again)["TopicArn"] == first
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
            bench.sns.create_topic, Name=name, Attributes={"DisplayName": "Other"})
    refused("InvalidParameter", "Invalid parameter: Tags Reason: Topic already exists with different tags",
            bench.sns.create_topic, Name=name, Tags=[{"Key": "c", "Value": "3"}])
    fifo = bench.name(".fifo")
    bench.sns.create_topic(Name=fifo, Attributes={"FifoTopic": "true"})
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
            bench.sns.create_topic, Name=fifo, Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})


def sns_02_a_topic_of_the_native_protocol_is_the_same(bench):
    topic = bench.topic()
    bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="x")
    assert bench.sns.create_topic(Name=topic.rsplit(":", 1)[1])["TopicArn"] == topic


def sns_03_attributes(bench):
    topic = bench.topic()
    found = bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    policy = json.loads(found.pop("Policy"))
    assert policy["Id"] == "__default_policy_ID" and policy["Version"] == "2008-10-17", policy
    (statement,) = policy["Statement"]
    assert statement["Resource"] == topic and statement["Condition"]["StringEquals"]["AWS:SourceOwner"] == ACCOUNT
    delivery = json.loads(found.pop("EffectiveDeliveryPolicy"))["http"]
    assert delivery["defaultHealthyRetryPolicy"]["numRetries"] == 3, delivery
    assert delivery["defaultRequestPolicy"]["headerContentType"] == "text/plain; charset=UTF-8", delivery
    assert found == {"DisplayName": "", "Owner": ACCOUNT, "TopicArn": topic, "SubscriptionsConfirmed": "0",
                     "SubscriptionsDeleted": "0", "SubscriptionsPending": "0"}, found


def sns_03_attributes_of_fifo_topics(bench):
    """As they were recorded: those of all topics, and the two that only FIFO topics have; what was set is told, too."""
    plain, topic = bench.topic(), bench.fifo_topic()
    told = lambda arn: bench.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    found = told(topic)
    assert set(found) - set(told(plain)) == {"FifoTopic", "ContentBasedDeduplication"}, found
    assert (found["FifoTopic"], found["ContentBasedDeduplication"]) == ("true", "false"), found
    bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="FifoThroughputScope", AttributeValue="Topic")
    assert told(topic)["FifoThroughputScope"] == "Topic"


def sns_03_subscriptions_are_counted(bench):
    topic = bench.topic()
    url, subscription = bench.subscribed(topic)
    bench.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.org")
    found = bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (found["SubscriptionsConfirmed"], found["SubscriptionsPending"]) == ("1", "1"), found
    assert found["SubscriptionsDeleted"] == "0", found
    bench.sns.unsubscribe(SubscriptionArn=subscription)
    found = bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (found["SubscriptionsConfirmed"], found["SubscriptionsDeleted"]) == ("0", "1"), found


def sns_03_missing_topics(bench):
    missing = f"arn:aws:sns:{REGION}:{ACCOUNT}:never-made"
    for call, more in ((bench.sns.get_topic_attributes, {}), (bench.sns.publish, {"Message": "x"}),
                       (bench.sns.list_subscriptions_by_topic, {}),
                       (bench.sns.subscribe, {"Protocol": "email", "Endpoint": "a@example.org"}),
                       (bench.sns.set_topic_attributes, {"AttributeName": "DisplayName", "AttributeValue": "x"})):
        refused("NotFound", "Topic does not exist", call, 404, TopicArn=missing, **more)
    status, answer = bench.query("GetTopicAttributes", TopicArn=missing)
    assert (status, text_of(answer, "Error/Code")) == (404, "NotFound")


def sns_04_setting_attributes(bench):
    topic = bench.topic()
    policy = json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 7, "minDelayTarget": 1, "maxDelayTarget": 2}}})
    wanted = {"DisplayName": "Néws", "SignatureVersion": "2", "TracingConfig": "Active", "KmsMasterKeyId": "alias/x",
              "DeliveryPolicy": policy, "MaximumMessageSize": "1048576"}
    for name, value in wanted.items():
        bench.sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    found = bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    wanted["DeliveryPolicy"] = json.dumps({"http": {**json.loads(policy)["http"], "disableSubscriptionOverrides": False}},
                                          separators=(",", ":"))
    assert wanted.items() <= found.items(), found
    assert json.loads(found["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 7
    bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="")
    assert bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == ""
    for name in ("Unknown", "FifoTopic"):
        refused("InvalidParameter", "Invalid parameter: AttributeName", bench.sns.set_topic_attributes, TopicArn=topic,
                AttributeName=name, AttributeValue="true")
    refused("InvalidParameter", "Invalid parameter: SignatureVersion", bench.sns.set_topic_attributes, TopicArn=topic,
            AttributeName="SignatureVersion", AttributeValue="3")


def sns_04_attributes_that_cannot_be(bench):
    """Refused alike by both calls, but for what CreateTopic says first."""
    topic = bench.topic()
    retries = json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 300}}})
    rate = lambda of: f"{of}SuccessFeedbackSampleRate"
    statement = lambda *actions: json.dumps({"Statement": [{"Effect": "Allow", "Action": list(actions)}]})
    outside = "Policy statement action out of service scope!"
    cases = [("DeliveryPolicy", retries, "DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be less than or "
              "equal to 100"),
             ("Policy", statement("SNS:Publish", "SNS:Publishx"), outside),
             ("Policy", statement("sqs:SendMessage"), outside),
             ("Policy", json.dumps({"Statement": {"Action": "Publish"}}), outside),
             ("SignatureVersion", "3", "SignatureVersion")]
    cases += [(name, "x" * 262_145, f"{name}: must be at most 262144 bytes long")
              for name in ("Policy", "DeliveryPolicy", "DisplayName")]
    for of in ("HTTP", "SQS", "Lambda", "Firehose", "Application"):
        cases += [(rate(of), value, f"{rate(of)}: {value} value provided is not an integer between 0-100")
                  for value in ("101", "-1", "x")]
    for name, value, text in cases:
        refused("InvalidParameter", f"Invalid parameter: {text}", bench.sns.set_topic_attributes, TopicArn=topic,
                AttributeName=name, AttributeValue=value)
        refused("InvalidParameter", f"Invalid parameter: Attributes Reason: {text}", bench.sns.create_topic,
                Name=bench.name(), Attributes={name: value})
    for name, value in (("Policy", statement("sns:publish", "SNS:Get*", "*", "SNS:Receive")), (rate("SQS"), "0"),
                        (rate("SQS"), "100"), (rate("SQS"), "")):
        bench.sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    assert rate("SQS") not in bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert bench.sns.create_topic(Name=bench.name(".fifo"), Attributes={"FifoTopic": "True"})["TopicArn"]


def sns_04_delivery_policy(bench):
    """As it was recorded: kept without what is null, and effective with the defaults for what is not said."""
    retries = {"minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3, "numMaxDelayRetries": 0, "numNoDelayRetries": 0,
               "numMinDelayRetries": 0, "backoffFunction": "linear"}
    requests = {"headerContentType": "text/plain; charset=UTF-8"}
    given = {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}
    json_requests = {"headerContentType": "application/json"}
    topic = bench.topic(DeliveryPolicy=json.dumps({"http": {"defaultRequestPolicy": json_requests}}))
    no_override = {"disableSubscriptionOverrides": False}
    cases = ((None, {"defaultRequestPolicy": json_requests, **no_override}, retries, json_requests),
             ({"http": {"defaultHealthyRetryPolicy": given}}, {"defaultHealthyRetryPolicy": given, **no_override},
              {**retries, **given}, requests),
             ({"http": {"defaultHealthyRetryPolicy": None}}, no_override, retries, requests), ("", None, retries, requests))
    for policy, kept, retried, requested in cases:
        if policy is not None:
            bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy",
                                           AttributeValue=json.dumps(policy) if policy else "")
        found = bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        assert (json.loads(found["DeliveryPolicy"])["http"] if kept else found.get("DeliveryPolicy")) == kept, found
        effective = {"defaultHealthyRetryPolicy": retried, "defaultRequestPolicy": requested, **no_override}
        assert json.loads(found["EffectiveDeliveryPolicy"]) == {"http": effective}, found


def sns_04_what_xml_cannot_hold(bench):
    topic = bench.topic()
    bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="a\x01\uffff<\u2028>")
    assert bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "a\ufffd\ufffd<\u2028>"


def sns_04_arns(bench):
    for arn, count in (("x", 1), ("arn:aws", 2), ("arn:aws:sns:us-east-1:000000000000", 5)):
        for call, more in ((bench.sns.get_topic_attributes, {}), (bench.sns.publish, {"Message": "x"})):
            refused("InvalidParameter",
                    f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {count}", call,
                    TopicArn=arn, **more)
    elsewhere = bench.client("sns", "eu-west-1").create_topic(Name="far")["TopicArn"]
    assert elsewhere == f"arn:aws:sns:eu-west-1:{ACCOUNT}:far"
    refused("InvalidParameter", "Invalid parameter: TopicArn", bench.sns.get_topic_attributes, TopicArn=elsewhere)


def sns_05_deletion(bench):
    topic = bench.topic()
    url, subscription = bench.subscribed(topic)
    for _ in range(2):
        bench.sns.delete_topic(TopicArn=topic)
    refused("NotFound", "Subscription does not exist", bench.sns.get_subscription_attributes, 404,
            SubscriptionArn=subscription)
    listed = bench.sns.get_paginator("list_subscriptions").paginate().build_full_result()["Subscriptions"]
    assert subscription not in [one["SubscriptionArn"] for one in listed]
    again = bench.sns.create_topic(Name=topic.rsplit(":", 1)[1])["TopicArn"]
    assert bench.sns.list_subscriptions_by_topic(TopicArn=again)["Subscriptions"] == []


def sns_05_lists_have_pages_of_a_hundred(bench):
    sns = bench.client("sns", "ap-south-1")
    topics = sorted(sns.create_topic(Name=f"t{at:03}")["TopicArn"] for at in range(101))
    first = sns.list_topics()
    assert len(first["Topics"]) == 100 and decoded(first["NextToken"]), first
    assert [one["TopicArn"] for one in first["Topics"] + sns.list_topics(NextToken=first["NextToken"])["Topics"]] == topics
    expected = set()
    for topic, count in ((topics[0], 30), (topics[1], 120), (topics[50], 60)):
        for at in range(count):
            arn = sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=f"+1555000{at:03}")["SubscriptionArn"]
            expected.add(arn)
    pages = list(sns.get_paginator("list_subscriptions").paginate())
    assert decoded(pages[0]["NextToken"])
    assert [len(page["Subscriptions"]) for page in pages] == [100, 100, 10], [len(page["Subscriptions"]) for page in pages]
    assert {one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]} == expected
    by_topic = list(sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topics[1]))
    assert decoded(by_topic[0]["NextToken"])
    assert [len(page["Subscriptions"]) for page in by_topic] == [100, 20]
    for call in (sns.list_topics, sns.list_subscriptions):
        for token in ("no token!", "AAAAZA"):
            refused("InvalidParameter", "Invalid parameter: NextToken", call, NextToken=token)


def sns_06_tags(bench):
    topic = bench.topic()
    tags = bench.sns.list_tags_for_resource
    bench.sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    bench.sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "2"}])
    assert tags(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
    bench.sns.untag_resource(ResourceArn=topic, TagKeys=["b", "unknown"])
    assert tags(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "2"}]
    twice = [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]
    for call, more in ((bench.sns.tag_resource, {"ResourceArn": topic}), (bench.sns.create_topic, {"Name": bench.name()})):
        refused("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed.", call, Tags=twice, **more)
    longest = [{"Key": "k" * 128, "Value": "ä" * 256}]
    bench.sns.tag_resource(ResourceArn=topic, Tags=longest)
    for tag, member, limit in (({"Key": "k" * 129, "Value": "v"}, "key", 128), ({"Key": "k", "Value": "v" * 257}, "value", 256)):
        text = (f"1 validation error detected: Value '{tag[member.capitalize()]}' at 'tags.2.member.{member}' failed to "
                f"satisfy constraint: Member must have length less than or equal to {limit}")
        for call, more in ((bench.sns.tag_resource, {"ResourceArn": topic}), (bench.sns.create_topic, {"Name": bench.name()})):
            refused("ValidationError", text, call, Tags=longest + [tag], **more)
    missing = f"arn:aws:sns:{REGION}:{ACCOUNT}:never-made"
    refused("ResourceNotFound", "Resource does not exist", tags, 404, ResourceArn=missing)
    refused("ResourceNotFound", "Resource does not exist", bench.sns.tag_resource, 404, ResourceArn=missing, Tags=twice[:1])


def sns_06_permissions(bench):
    topic = bench.topic()
    add = lambda label, *actions: bench.sns.add_permission(TopicArn=topic, Label=label, AWSAccountId=["111111111111"],
                                                           ActionName=list(actions))
    add("mine", "Publish")
    statements = json.loads(bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
    assert statements[1] == {"Sid": "mine", "Effect": "Allow", "Action": "SNS:Publish", "Resource": topic,
                             "Principal": {"AWS": "arn:aws:iam::111111111111:root"}}, statements
    refused("InvalidParameter", "Invalid parameter: Statement already exists", bench.sns.add_permission, TopicArn=topic,
            Label="mine", AWSAccountId=["111111111111"], ActionName=["Publish"])
    china = bench.client("sns", "cn-north-1")
    there = china.create_topic(Name=bench.name())["TopicArn"]
    china.add_permission(TopicArn=there, Label="mine", AWSAccountId=["111111111111"], ActionName=["Publish"])
    policy = json.loads(china.get_topic_attributes(TopicArn=there)["Attributes"]["Policy"])
    assert policy["Statement"][1]["Principal"] == {"AWS": "arn:aws-cn:iam::111111111111:root"}, policy
    refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!",
            bench.sns.add_permission, TopicArn=topic, Label="other", AWSAccountId=["111111111111"],
            ActionName=["PublishAll"])
    for account in ("somebody", "11111111111", "*"):
        refused("InvalidParameter", "Invalid parameter: A provided account ID is not valid", bench.sns.add_permission,
                TopicArn=topic, Label="other", AWSAccountId=["111111111111", account], ActionName=["Publish"])
    actions = ("ListTagsForResource", "GetDataProtectionPolicy", "PutDataProtectionPolicy", "Receive")
    add("more", *actions)
    statements = json.loads(bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
    assert statements[2]["Action"] == [f"SNS:{action}" for action in actions], statements
    for label in ("mine", "more", "never-made"):
        bench.sns.remove_permission(TopicArn=topic, Label=label)
    statements = json.loads(bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
    assert [one["Sid"] for one in statements] == ["__default_statement_ID"], statements


def sns_06_permissions_given_at_once(bench):
    topic = bench.topic()
    clients = [bench.client("sns") for _ in range(8)]

    def give(number):
        for turn in range(5):
            clients[number].add_permission(TopicArn=topic, Label=f"{number}-{turn}", AWSAccountId=["111111111111"],
                                           ActionName=["Publish"])

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(give, range(len(clients))))
    statements = json.loads(bench.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
    assert sorted(one["Sid"] for one in statements[1:]) == [f"{n}-{t}" for n in range(8) for t in range(5)], statements


def sns_06_data_protection_policy(bench):
    topic = bench.topic()
    bench.sns.put_data_protection_policy(ResourceArn=topic, DataProtectionPolicy='{"Name":"p"}')
    assert bench.sns.get_data_protection_policy(ResourceArn=topic)["DataProtectionPolicy"] == '{"Name":"p"}'
