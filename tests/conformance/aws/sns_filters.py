"""Items sns-25 to sns-28 of docs/aws.md: filter policies."""

import json

from sns_bench import refused

REDACTED = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: "
NAME = lambda value, type="String": {"DataType": type, "StringValue": value}


def delivered(bench, policy, *messages, scope="MessageAttributes"):
    """Which of the messages (body, attributes) pass the policy."""
    topic = bench.topic()
    url, _ = bench.subscribed(topic, RawMessageDelivery="true", FilterPolicy=json.dumps(policy), FilterPolicyScope=scope)
    for body, attributes in messages:
        bench.sns.publish(TopicArn=topic, Message=body, MessageAttributes=attributes)
    return bench.bodies(url)


def wrong(bench, policy, text, **more):
    topic = bench.topic()
    _, queue = bench.queue()
    refused("InvalidParameter", text, bench.sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=queue,
            Attributes={"FilterPolicy": policy if isinstance(policy, str) else json.dumps(policy, separators=(",", ":")),
                        **more})


def sns_25_limits(bench):
    prefix = "Invalid parameter: Attributes Reason: FilterPolicy: "
    wrong(bench, {f"k{at}": ["v"] for at in range(6)}, prefix + "Filter policy can not have more than 5 keys")
    wrong(bench, {f"k{at}": [str(n) for n in range(6)] for at in range(3)}, prefix + "Filter policy is too complex")
    nested = {"a": {"b": ["c"]}}
    wrong(bench, nested, None)
    assert delivered(bench, nested, ('{"a":{"b":"c"}}', {}), ('{"a":{"b":"x"}}', {}), scope="MessageBody") == [
        '{"a":{"b":"c"}}']


def sns_26_operators(bench):
    cases = (("red", ["red"], "blue"), ("prefix-x", [{"prefix": "prefix"}], "other"), ("a.png", [{"suffix": ".png"}], "a.gif"),
             ("RED", [{"equals-ignore-case": "red"}], "blue"), ("blue", [{"anything-but": ["red"]}], "red"),
             ("10.0.0.7", [{"cidr": "10.0.0.0/24"}], "10.0.1.7"))
    for fits, conditions, other in cases:
        assert delivered(bench, {"k": conditions}, ("yes", {"k": NAME(fits)}), ("no", {"k": NAME(other)})) == ["yes"], conditions
    numeric = {"n": [{"numeric": [">", 1, "<=", 5]}]}
    assert delivered(bench, numeric, ("no", {"n": NAME("1", "Number")}), ("yes", {"n": NAME("5", "Number")})) == ["yes"]
    either = {"$or": [{"a": ["1"]}, {"b": [{"exists": False}], "c": ["1"]}]}
    assert delivered(bench, either, ("yes", {"a": NAME("1")}), ("no", {"b": NAME("1"), "c": NAME("1")}),
                     ("also", {"c": NAME("1")})) == ["yes", "also"]
    wrong(bench, {"k": [{"wildcard": "a*"}]}, "Invalid parameter: Attributes Reason: FilterPolicy: Unrecognized match type wildcard…")


def sns_27_arrays_and_bodies(bench):
    many = {"k": ["b"]}
    assert delivered(bench, many, ("yes", {"k": NAME('["a","b"]', "String.Array")}),
                     ("no", {"k": NAME('["a"]', "String.Array")})) == ["yes"]
    body = {"items": {"kind": ["x"]}}
    assert delivered(bench, body, ('{"items":[{"kind":"y"},{"kind":"x"}]}', {}), ("no json", {}), scope="MessageBody") == [
        '{"items":[{"kind":"y"},{"kind":"x"}]}']


def sns_27_the_body_is_the_one_that_the_subscription_gets(bench):
    topic = bench.topic()
    wanted = {"FilterPolicyScope": "MessageBody", "FilterPolicy": '{"kind":["queue"]}', "RawMessageDelivery": "true"}
    url, _ = bench.subscribed(topic, **wanted)
    for bodies in ({"default": '{"kind":"all"}', "sqs": '{"kind":"queue"}'}, {"default": '{"kind":"queue"}', "sqs": "no JSON"},
                   {"default": '{"kind":"queue"}', "http": "for others"}):
        bench.sns.publish(TopicArn=topic, Message=json.dumps(bodies), MessageStructure="json")
    assert bench.bodies(url) == ['{"kind":"queue"}'] * 2


def sns_28_texts(bench):
    cases = (
        ('{"key":[{"suffix":100}]}', "suffix match pattern must be a string", 22),
        ('{"key":[["value"]]}', "Match value must be String, number, true, false, or null", 10),
        ('{"key":[]}', "Empty arrays are not allowed", 10),
        ('{"key":[{"numeric":["<",100,">",10]}]}', "Too many elements in numeric expression", 30),
        ('{"key":[{"exists":"no"}]}', "exists match pattern must be either true or false.", 20),
        ('{"key":[{"anything-but":{"suffix":"test"}}]}', "Unsupported anything-but pattern: suffix", 36),
        ('{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19),
    )
    for policy, sentence, column in cases:
        # SNS reads it without the space between its parts.
        for written in (policy, json.dumps(json.loads(policy)), json.dumps(json.loads(policy), indent=2)):
            wrong(bench, written, f"Invalid parameter: Attributes Reason: FilterPolicy: {sentence}\n at [Source: (String)"
                  f"\"{policy}\"; line: 1, column: {column}]")
    wrong(bench, '{"a b": ["c \\" d"], "e": "f"}', 'Invalid parameter: Attributes Reason: FilterPolicy: "e" must be an object or '
          'an array\n at [Source: (String)"{"a b":["c \\" d"],"e":"f"}"; line: 1, column: 24]')
    topic = bench.topic()
    _, subscription = bench.subscribed(topic)
    for policy, text in (('{"key_a":"value_one"}', 'FilterPolicy: "key_a" must be an object or an array\n at [Source: (String)'
                          '"{"key_a":"value_one"}"; line: 1, column: 11]'),
                         ("{invalid", "FilterPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was "
                          f"expecting double-quote to start field name{REDACTED}2]"),
                         ("invalid", "FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON "
                          f"String, Number, Array, Object or token 'null', 'true' or 'false'){REDACTED}8]")):
        refused("InvalidParameter", "Invalid parameter: " + text, bench.sns.set_subscription_attributes,
                SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=policy)
