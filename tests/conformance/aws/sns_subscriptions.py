"""Items sns-13 to sns-18 of docs/aws.md: subscriptions and their attributes."""

import json

from sns_bench import ACCOUNT, REGION, refused, text_of


def sns_13_protocols(bench):
    topic = bench.topic()
    subscribe = lambda protocol, endpoint: dict(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    refused("InvalidParameter", "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol",
            bench.sns.subscribe, **subscribe("test-protocol", "x"))
    for endpoint in ("http://localhost/000000000000/q", "q", "arn:aws:sns:us-east-1:000000000000:q"):
        refused("InvalidParameter", "Invalid parameter: SQS endpoint ARN", bench.sns.subscribe, **subscribe("sqs", endpoint))
    for number in ("+15--551234567", "+15551234567.", "/+15551234567", "NAA+15551234567", "invalid-number"):
        refused("InvalidParameter", f"Invalid SMS endpoint: {number}", bench.sns.subscribe, **subscribe("sms", number))
    for protocol, endpoint in (("sms", "+15551234567"), ("sms", "+12/34-567.890"), ("lambda", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
                               ("firehose", f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/d")):
        assert bench.sns.subscribe(**subscribe(protocol, endpoint))["SubscriptionArn"].startswith(topic + ":")
    refused("InvalidParameter", "Invalid parameter: Endpoint must match the specified protocol", bench.sns.subscribe,
            **subscribe("https", "http://example.org"))
    refused("InvalidParameter", "Invalid parameter: Endpoint", bench.sns.subscribe,
            **subscribe("https", "https://" + "a" * 2048))
    _, fifo = bench.queue(".fifo", FifoQueue="true")
    refused("InvalidParameter", "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be "
            "subscribed to standard SNS topics", bench.sns.subscribe, **subscribe("sqs", fifo))


def sns_13_fifo_topics_deliver_into_queues_only(bench):
    topic = bench.fifo_topic()
    for protocol, endpoint in (("sms", "+15551234567"), ("email", "a@example.org"), ("email-json", "a@example.org"),
                               ("http", "http://127.0.0.1:9/"), ("https", "https://127.0.0.1:9/"),
                               ("lambda", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"), ("firehose", "x"),
                               ("application", f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/GCM/a/e")):
        refused("InvalidParameter", f"Invalid parameter: Invalid protocol type: {protocol}", bench.sns.subscribe,
                TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    assert bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def sns_13_endpoints_that_are_none(bench):
    topic = bench.topic()
    for protocol, endpoint, text in (("email", "no address", "Email address"),
                                     ("application", "no arn", "Application endpoint arn invalid:no arn"),
                                     ("application", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q",
                                      f"Application endpoint arn invalid:arn:aws:sqs:{REGION}:{ACCOUNT}:q")):
        refused("InvalidParameter", f"Invalid parameter: {text}", bench.sns.subscribe, TopicArn=topic, Protocol=protocol,
                Endpoint=endpoint)


def sns_14_subscribing_is_idempotent(bench):
    topic = bench.topic()
    _, queue = bench.queue()
    subscribe = lambda **attributes: bench.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue,
                                                         Attributes=attributes)["SubscriptionArn"]
    first = subscribe(RawMessageDelivery="TrUe", FilterPolicy='{"a":["b"]}')
    assert subscribe() == subscribe(RawMessageDelivery="true") == subscribe(RawMessageDelivery="True") == first
    assert subscribe(FilterPolicyScope="MessageAttributes") == first
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: Subscription already exists with different "
            "attributes", subscribe, RawMessageDelivery="false")
    assert len(bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1


def sns_15_attributes(bench):
    topic = bench.topic()
    url, subscription = bench.subscribed(topic)
    _, queue = bench.queue()
    _, dead = bench.queue()
    set_attribute = bench.sns.set_subscription_attributes

    def wrong(name, value, text):
        refused("InvalidParameter", "Invalid parameter: " + text, set_attribute, SubscriptionArn=subscription,
                AttributeName=name, AttributeValue=value)
        refused("InvalidParameter", "Invalid parameter: Attributes Reason: " + text, bench.sns.subscribe, TopicArn=topic,
                Protocol="sqs", Endpoint=queue, Attributes={name: value})

    for value in ("", "test-ValUe", "wrongvalue"):
        wrong("RawMessageDelivery", value, f"RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    wrong("FilterPolicyScope", "RandomValue", "FilterPolicyScope: Invalid value [RandomValue]. Please use either "
          "MessageBody or MessageAttributes")
    wrong("RedrivePolicy", '{"deadLetterTargetArn":"no-arn"}', "RedrivePolicy: deadLetterTargetArn is an invalid arn")
    wrong("RedrivePolicy", "{invalid}", "RedrivePolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was "
          "expecting double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
          "disabled); line: 1, column: 2]")
    refused("InvalidParameter", "Invalid parameter: AttributeName", set_attribute, SubscriptionArn=subscription,
            AttributeName="Unknown", AttributeValue="x")
    wanted = {"RawMessageDelivery": "true", "FilterPolicy": '{"a": ["b"]}', "FilterPolicyScope": "MessageBody",
              "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead}),
              "DeliveryPolicy": '{"healthyRetryPolicy":{"numRetries":5}}', "SubscriptionRoleArn": "arn:aws:iam::1:role/r"}
    for name, value in wanted.items():
        set_attribute(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)
    found = bench.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    # What the policy does not say is null.
    assert json.loads(found.pop("DeliveryPolicy")) == {
        **json.loads(wanted.pop("DeliveryPolicy")), "sicklyRetryPolicy": None, "throttlePolicy": None, "requestPolicy": None,
        "guaranteed": False}, found
    assert wanted.items() <= found.items(), found


def sns_15_raw_delivery_is_of_some_protocols(bench):
    """The others may not even say that they want the envelope."""
    topic = bench.topic()
    arn = lambda service, resource: f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
    protocols = {"email": "a@example.org", "email-json": "a@example.org", "sms": "+15551234567",
                 "lambda": arn("lambda", "function:f"), "application": arn("sns", "endpoint/GCM/a/e")}
    for protocol, endpoint in protocols.items():
        there = dict(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True)
        subscription = bench.sns.subscribe(**there)["SubscriptionArn"]
        text = f"Delivery protocol [{protocol}] does not support raw message delivery."
        for value in ("true", "false"):
            refused("InvalidParameter", "Invalid parameter: Attributes Reason: " + text, bench.sns.subscribe, **there,
                    Attributes={"RawMessageDelivery": value})
            refused("InvalidParameter", "Invalid parameter: " + text, bench.sns.set_subscription_attributes,
                    SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue=value)
    for protocol, endpoint in (("http", "http://127.0.0.1:9/"), ("https", "https://127.0.0.1:9/"),
                               ("firehose", arn("firehose", "deliverystream/d"))):
        assert bench.sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint,
                                   Attributes={"RawMessageDelivery": "true"})["SubscriptionArn"]


def sns_15_fifo_wants_fifo_dead_letters(bench):
    topic = bench.fifo_topic()
    _, subscription = bench.subscribed(topic, ".fifo")
    _, dead = bench.queue()
    refused("InvalidParameter", "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to "
            "a FIFO Topic.", bench.sns.set_subscription_attributes, SubscriptionArn=subscription,
            AttributeName="RedrivePolicy", AttributeValue=json.dumps({"deadLetterTargetArn": dead}))


def sns_15_delivery_policy(bench):
    """Of an http endpoint: its own, else the topic's, else the defaults."""
    topic = bench.topic(DeliveryPolicy='{"http":{"defaultRequestPolicy":{"headerContentType":"application/json"}}}')
    retries = {"minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3, "numMaxDelayRetries": 0, "numNoDelayRetries": 0,
               "numMinDelayRetries": 0, "backoffFunction": "linear"}
    nothing = {"healthyRetryPolicy": None, "sicklyRetryPolicy": None, "throttlePolicy": None, "requestPolicy": None,
               "guaranteed": False}
    subscription = bench.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:9/",
                                       ReturnSubscriptionArn=True)["SubscriptionArn"]
    told = lambda: bench.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    by_topic = {**nothing, "healthyRetryPolicy": retries, "requestPolicy": {"headerContentType": "application/json"}}
    assert json.loads(told()["EffectiveDeliveryPolicy"]) == by_topic and "DeliveryPolicy" not in told(), told()
    for given in ({"requestPolicy": {"headerContentType": "text/csv"}},
                  {"healthyRetryPolicy": {**retries, "numRetries": 0}, "throttlePolicy": {"maxReceivesPerSecond": 1000}}):
        bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="DeliveryPolicy",
                                              AttributeValue=json.dumps(given))
        assert json.loads(told()["DeliveryPolicy"]) == {**nothing, **given}, told()
        assert json.loads(told()["EffectiveDeliveryPolicy"]) == {**by_topic, **given}, told()
    bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy",
                                   AttributeValue='{"http":{"disableSubscriptionOverrides":true}}')
    assert json.loads(told()["EffectiveDeliveryPolicy"]) == {
        **nothing, "healthyRetryPolicy": retries, "requestPolicy": {"headerContentType": "text/plain; charset=UTF-8"}}


def sns_15_delivery_policies_that_cannot_be(bench):
    topic = bench.topic()
    _, subscription = bench.subscribed(topic)
    retries = "healthyRetryPolicy."
    cases = (({"healthyRetryPolicy": {"numRetries": 101}}, retries + "numRetries must be less than or equal to 100"),
             ({"healthyRetryPolicy": {"numNoDelayRetries": -1}}, retries + "numNoDelayRetries must be greater than or equal to 0"),
             ({"healthyRetryPolicy": {"minDelayTarget": 0}}, retries + "minDelayTarget must be greater than or equal to 1"),
             ({"healthyRetryPolicy": {"maxDelayTarget": "5"}}, retries + "maxDelayTarget must be a number"),
             ({"healthyRetryPolicy": {"minDelayTarget": 9, "maxDelayTarget": 8}},
              retries + "maxDelayTarget must not be less than minDelayTarget"),
             ({"healthyRetryPolicy": {"backoffFunction": "cubic"}},
              retries + "backoffFunction must be linear, arithmetic, geometric or exponential"),
             ({"healthyRetryPolicy": 5}, "healthyRetryPolicy must be an object"),
             ({"throttlePolicy": {"maxReceivesPerSecond": 0}}, "throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1"))
    of_topics = {"healthyRetryPolicy": "defaultHealthyRetryPolicy", "throttlePolicy": "defaultThrottlePolicy"}
    for policy, text in cases:
        refused("InvalidParameter", f"Invalid parameter: DeliveryPolicy: {text}", bench.sns.set_subscription_attributes,
                SubscriptionArn=subscription, AttributeName="DeliveryPolicy", AttributeValue=json.dumps(policy))
        (name, part), = policy.items()
        refused("InvalidParameter", "Invalid parameter: DeliveryPolicy: http." + text.replace(name, of_topics[name]),
                bench.sns.set_topic_attributes, TopicArn=topic, AttributeName="DeliveryPolicy",
                AttributeValue=json.dumps({"http": {of_topics[name]: part}}))


def sns_16_attributes_told(bench):
    topic = bench.topic()
    _, queue = bench.queue()
    subscription = bench.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    told = lambda: bench.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    found = told()
    assert found.pop("SubscriptionPrincipal").startswith(f"arn:aws:iam::{ACCOUNT}:user/")
    china = bench.client("sns", "cn-north-1")
    there = china.subscribe(TopicArn=china.create_topic(Name=bench.name())["TopicArn"], Protocol="sms",
                            Endpoint="+15551234567")["SubscriptionArn"]
    principal = china.get_subscription_attributes(SubscriptionArn=there)["Attributes"]["SubscriptionPrincipal"]
    assert principal.startswith(f"arn:aws-cn:iam::{ACCOUNT}:user/"), principal
    assert found == {"ConfirmationWasAuthenticated": "true", "Endpoint": queue, "Owner": ACCOUNT,
                     "PendingConfirmation": "false", "Protocol": "sqs", "RawMessageDelivery": "false",
                     "SubscriptionArn": subscription, "TopicArn": topic}, found
    for removes in ("{}", ""):
        bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicy",
                                              AttributeValue='{"a":["b"]}')
        assert told()["FilterPolicyScope"] == "MessageAttributes"
        bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicy",
                                              AttributeValue=removes)
        assert "FilterPolicy" not in told()
    bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicyScope",
                                          AttributeValue="MessageBody")
    assert "FilterPolicyScope" not in told()
    bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicy",
                                          AttributeValue='{"a":{"b":["c"]}}')
    assert told()["FilterPolicyScope"] == "MessageBody"


def sns_17_unsubscribing(bench):
    topic = bench.topic()
    url, subscription = bench.subscribed(topic)
    for _ in range(2):
        bench.sns.unsubscribe(SubscriptionArn=subscription)
    refused("NotFound", "Subscription does not exist", bench.sns.get_subscription_attributes, 404,
            SubscriptionArn=subscription)
    for arn, text in ((topic, "SubscriptionId"),
                      ("x", "SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
                      (topic.rsplit(":", 1)[0], "SubscriptionArn Reason: An ARN must have at least 6 elements, not 5")):
        refused("InvalidParameter", f"Invalid parameter: {text}", bench.sns.unsubscribe, SubscriptionArn=arn)
    status, answer = bench.query("Unsubscribe")
    assert text_of(answer, "Error/Message") == "Invalid parameter: SubscriptionArn Reason: no value for required parameter"


def sns_17_by_the_address_in_the_envelope(bench):
    topic = bench.topic()
    url, subscription = bench.subscribed(topic)
    bench.sns.publish(TopicArn=topic, Message="x")
    address = json.loads(bench.bodies(url)[0])["UnsubscribeURL"]
    assert address.startswith(bench.process.url) and address.endswith(subscription), address
    assert bench.get(address[len(bench.process.url):])[0] == 200
    assert bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def sns_18_confirmation(bench):
    topic = bench.topic()
    subscribe = lambda **more: bench.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.org", **more)
    assert subscribe()["SubscriptionArn"] == "pending confirmation"
    subscription = subscribe(ReturnSubscriptionArn=True)["SubscriptionArn"]
    (listed,) = bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation" and listed["Protocol"] == "email", listed
    told = lambda: bench.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["PendingConfirmation"]
    assert told() == "true"
    token = bench.token_of(subscription)
    confirm = bench.sns.confirm_subscription
    refused("InvalidParameter", "Invalid token", confirm, TopicArn=topic, Token="randomtoken")
    other = ("0" if token[0] != "0" else "1") + token[1:]
    for unknown in (other, token[:-8] + "ffffffff", "abc123", "51b2ff3edb475b7d" * 18):
        refused("InvalidParameter", "Invalid parameter: Token", confirm, TopicArn=topic, Token=unknown)
        refused("InvalidParameter", "Invalid parameter: Token", confirm, TopicArn=topic + "i", Token=unknown)
    for _ in range(2):
        assert confirm(TopicArn=topic, Token=token)["SubscriptionArn"] == subscription
    assert told() == "false" and subscribe()["SubscriptionArn"] == subscription
    (listed,) = bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed == {"SubscriptionArn": subscription, "Owner": ACCOUNT, "Protocol": "email",
                      "Endpoint": "a@example.org", "TopicArn": topic}, listed


def sns_18_signed_confirmation(bench):
    """Told, and where it is wished, the end must be signed too."""
    topic = bench.topic()
    subscribed = lambda name: bench.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{name}@example.org",
                                                  ReturnSubscriptionArn=True)["SubscriptionArn"]
    told = lambda arn: bench.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    by_link, by_call, strict = (subscribed(name) for name in "abc")
    assert told(strict)["ConfirmationWasAuthenticated"] == "false"
    bench.get(f"/?Action=ConfirmSubscription&TopicArn={topic}&AuthenticateOnUnsubscribe=true&Token={bench.token_of(by_link)}")
    bench.sns.confirm_subscription(TopicArn=topic, Token=bench.token_of(by_call))
    bench.sns.confirm_subscription(TopicArn=topic, Token=bench.token_of(strict), AuthenticateOnUnsubscribe="true")
    assert [told(arn)["ConfirmationWasAuthenticated"] for arn in (by_link, by_call, strict)] == ["false", "true", "true"]
    assert not any(name.startswith(".") for name in told(strict)), told(strict)
    for arn, expected in ((by_link, 200), (by_call, 200), (strict, 403)):
        status, body = bench.get(f"/?Action=Unsubscribe&SubscriptionArn={arn}")
        assert status == expected, body
    assert "<Code>AuthorizationError</Code>" in body, body
    bench.sns.unsubscribe(SubscriptionArn=strict)
    assert bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def sns_18_confirmation_by_a_link(bench):
    topic = bench.topic()
    subscription = bench.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:9/",
                                       ReturnSubscriptionArn=True)["SubscriptionArn"]
    token = bench.token_of(subscription)
    status, body = bench.get(f"/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}")
    assert status == 200 and f"<SubscriptionArn>{subscription}</SubscriptionArn>" in body, body


def sns_18_a_link_works_in_every_region(bench):
    sns = bench.client("sns", "eu-west-1")
    topic = sns.create_topic(Name=bench.name())["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:9/",
                                 ReturnSubscriptionArn=True)["SubscriptionArn"]
    token = bench.token_of(subscription)
    status, body = bench.get(f"/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}")
    assert status == 200 and f"<SubscriptionArn>{subscription}</SubscriptionArn>" in body, body
    # Another topic of the region does as well, as on AWS: the token tells which is meant.
    status, body = bench.get(f"/?Action=ConfirmSubscription&TopicArn={topic}x&Token={token}")
    assert status == 200 and f"<SubscriptionArn>{subscription}</SubscriptionArn>" in body, body
    for arn in ("x", subscription, "arn:aws:sqs:us-east-1:000000000000:q", topic.replace("eu-west-1", "us-east-1")):
        status, body = bench.get(f"/?Action=ConfirmSubscription&TopicArn={arn}&Token={token}")
        assert status == 400 and "<Message>Invalid parameter: Topic</Message>" in body, body
    refused("InvalidParameter", "Invalid parameter: Token", sns.confirm_subscription, TopicArn=topic, Token="0a" * 144)
