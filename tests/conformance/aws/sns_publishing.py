"""Items sns-7 to sns-12 of docs/aws.md: publishing."""

import hashlib
import json

from sns_bench import ACCOUNT, REGION, refused, text_of


def sns_07_messages(bench):
    topic = bench.topic()
    publish = bench.sns.publish
    refused("InvalidParameter", "Invalid parameter: Empty message", publish, TopicArn=topic, Message="")
    for subject in ("", "a" * 101, "two\nlines", " blank first"):
        refused("InvalidParameter", "Invalid parameter: Subject", publish, TopicArn=topic, Message="x", Subject=subject)
    publish(TopicArn=topic, Message="x", Subject="ä" * 100)
    url, _ = bench.subscribed(topic)
    publish(TopicArn=topic, Message="a" * 262_144)
    publish(TopicArn=topic, Message="a" * 262_000, Subject="b" * 100, MessageAttributes={
        "name": {"DataType": "String", "StringValue": "v" * 34}})
    assert len(bench.receive(url)) == 2
    for more in ({"Message": "a" * 262_145}, {"Message": "a" * 262_100, "Subject": "b" * 45},
                 {"Message": "a" * 262_100, "MessageAttributes": {"name": {"DataType": "String", "StringValue": "v" * 35}}}):
        refused("InvalidParameter", "Invalid parameter: Message too long", publish, TopicArn=topic, **more)


def sns_07_a_topic_may_take_longer_ones(bench):
    topic = bench.topic(MaximumMessageSize="1048576")
    url, _ = bench.subscribed(topic, RawMessageDelivery="true")
    bench.sns.publish(TopicArn=topic, Message="a" * 1_000_000)
    assert [len(body) for body in bench.bodies(url)] == [1_000_000]
    refused("InvalidParameter", "Invalid parameter: Message too long", bench.sns.publish, TopicArn=topic,
            Message="a" * 1_048_577)


def sns_08_message_structure(bench):
    topic = bench.topic()
    enveloped, _ = bench.subscribed(topic)
    raw, _ = bench.subscribed(topic, RawMessageDelivery="true")
    structured = lambda message: bench.sns.publish(TopicArn=topic, MessageStructure="json", Message=message)
    structured(json.dumps({"default": "for all", "sqs": "for queues", "http": "for the web", "sms": 7}))
    structured(json.dumps({"default": "for all", "sqs": ["no text"]}))
    assert bench.bodies(raw) == ["for queues", "for all"]
    assert [json.loads(body)["Message"] for body in bench.bodies(enveloped)] == ["for queues", "for all"]
    refused("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body",
            bench.sns.publish, TopicArn=topic, MessageStructure="json", Message='{"sqs":"x"}')
    refused("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body",
            bench.sns.publish_batch, TopicArn=bench.fifo_topic(), PublishBatchRequestEntries=[
                {"Id": "1", "Message": '{"sqs":"x"}', "MessageStructure": "json"}])
    for message in ("no json", "[]"):
        refused("InvalidParameter", "Invalid parameter: Message Structure - JSON message body failed to parse",
                bench.sns.publish, TopicArn=topic, MessageStructure="json", Message=message)
    # Of one that is longer than any may be nothing but its length is looked at.
    for target in ({"TopicArn": topic}, {"PhoneNumber": "+15551234567"}):
        refused("InvalidParameter", "Invalid parameter: Message too long", bench.sns.publish, MessageStructure="json",
                Message="no json" * 150_000, **target)


def sns_09_targets(bench):
    topic = bench.topic()
    url, _ = bench.subscribed(topic, RawMessageDelivery="true")
    bench.sns.publish(TargetArn=topic, Message="by target")
    assert bench.bodies(url) == ["by target"]
    for number in ("+1a234", "NAA+15551234567"):
        refused("InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {number} is not valid to publish to",
                bench.sns.publish, PhoneNumber=number, Message="x")
    missing = f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/GCM/none/00000000-0000-0000-0000-000000000001"
    refused("InvalidParameter", "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified",
            bench.sns.publish, TargetArn=missing, Message="x")
    refused("InvalidParameter", "Invalid parameter: TargetArn Reason: ARN specifies an invalid endpointId: UUID must be "
            "encoded in exactly 36 characters.", bench.sns.publish, TargetArn=missing + "1", Message="x")
    refused("InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter",
            bench.sns.publish, Message="x")


def sns_10_attributes(bench):
    topic = bench.topic()

    def wrong(text, attribute, name="attr1", code="ParameterValueInvalid"):
        refused(code, text, bench.sns.publish, TopicArn=topic, Message="x", MessageAttributes={name: attribute})

    value = {"DataType": "String", "StringValue": "v"}
    about = "The message attribute 'attr1' "
    for type in ("String", "Binary"):
        wrong(about + f"must contain non-empty message attribute value for message attribute type '{type}'.",
              {"DataType": type})
    wrong(about + "must contain non-empty message attribute value for message attribute type 'String'.",
          {"DataType": "String", "StringValue": ""})
    for type, used in (("Binary", {"StringValue": "v"}), ("Number", {"BinaryValue": b"v"}), ("String", {"BinaryValue": b"v"})):
        field = "Binary" if type == "Binary" else "String"
        wrong(about + f"with type '{type}' must use field '{field}'.", {"DataType": type, **used})
    wrong(about + "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
          {"DataType": "Stringg", "StringValue": "v"})
    for type in ("String.", "Stringprefixed"):
        wrong(about + "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and "
              "String.", {"DataType": type, "StringValue": "v"})
    wrong("Could not cast message attribute 'attr1' value to number.", {"DataType": "Number", "StringValue": "one"})
    wrong("Length of message attribute name must be less than 256 bytes.", value, "a" * 256)
    wrong("Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include "
          "alphanumeric characters, hyphens, underscores, or dots.", value, "a^b")
    wrong("Invalid message attribute name starting with character '.' was found.", value, ".a")
    wrong("Invalid message attribute name ending with character '.' was found.", value, "a.")
    wrong("Message attribute name can not have successive '.' character.", value, "a..b")
    wrong("1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy "
          "constraint: Member must not be null", {"StringValue": "v"}, code="ValidationError")
    refused("ValidationError", "1 validation error detected: Value null at 'publishBatchRequestEntries.1.member."
            "messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
            bench.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[
                {"Id": "1", "Message": "x", "MessageAttributes": {"attr1": {"StringValue": "v"}}}])


def sns_10_labels_of_types(bench):
    topic = bench.topic()
    url, _ = bench.subscribed(topic, RawMessageDelivery="true")
    labelled = {"a": {"DataType": "String.  prefixed.", "StringValue": "v"}, "b": {"DataType": "Number.int", "StringValue": "1"}}
    bench.sns.publish(TopicArn=topic, Message="x", MessageAttributes=labelled)
    assert bench.receive(url)[0]["MessageAttributes"] == labelled


def sns_10_attributes_that_tell_sns_how_to_send(bench):
    """They are in the envelope; a message in a queue cannot have them."""
    topic = bench.topic()
    enveloped, _ = bench.subscribed(topic)
    raw, _ = bench.subscribed(topic, RawMessageDelivery="true")
    sms = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    bench.sns.publish(TopicArn=topic, Message="x", MessageAttributes={**sms, "a": {"DataType": "String", "StringValue": "v"}})
    assert json.loads(bench.bodies(enveloped)[0])["MessageAttributes"] == {
        "AWS.SNS.SMS.SMSType": {"Type": "String", "Value": "Transactional"}, "a": {"Type": "String", "Value": "v"}}
    assert list(bench.receive(raw)[0]["MessageAttributes"]) == ["a"]
    assert bench.sns.publish(PhoneNumber="+15551234567", Message="x", MessageAttributes=sms)["MessageId"]


def sns_11_throughput_scope(bench):
    """Deduplication ids count in the topic or, where its attribute says so, in the group."""
    for scope, count in (("Topic", 1), ("MessageGroup", 2)):
        topic = bench.fifo_topic(FifoThroughputScope=scope)
        answers = [bench.sns.publish(TopicArn=topic, Message="x", MessageGroupId=group, MessageDeduplicationId="d")
                   for group in ("g", "h", "g", "h")]
        assert len({answer["MessageId"] for answer in answers}) == count, answers
        batch = bench.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "1", "Message": "x", "MessageGroupId": "h", "MessageDeduplicationId": "d"}])
        assert batch["Successful"][0]["MessageId"] == answers[1]["MessageId"], batch
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: FifoThroughputScope", bench.sns.create_topic, Name=bench.name(".fifo"),
            Attributes={"FifoTopic": "true", "FifoThroughputScope": "Queue"})


def sns_11_fifo(bench):
    topic = bench.fifo_topic()
    publish = bench.sns.publish
    refused("InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics", publish,
            TopicArn=topic, Message="x", MessageDeduplicationId="d")
    refused("InvalidParameter", "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly", publish, TopicArn=topic, Message="x", MessageGroupId="g")
    first = publish(TopicArn=topic, Message="x", MessageGroupId="g", MessageDeduplicationId="d")
    again = publish(TopicArn=topic, Message="y", MessageGroupId="g", MessageDeduplicationId="d")
    assert len(first["SequenceNumber"]) == 20 and first["SequenceNumber"].isdigit(), first
    assert (first["MessageId"], first["SequenceNumber"]) == (again["MessageId"], again["SequenceNumber"])
    standard = bench.topic()
    refused("InvalidParameter", "Invalid parameter: MessageDeduplicationId Reason: The request includes "
            "MessageDeduplicationId parameter that is not valid for this topic type", publish, TopicArn=standard,
            Message="x", MessageDeduplicationId="d")
    url, _ = bench.subscribed(standard, RawMessageDelivery="true")
    publish(TopicArn=standard, Message="x", MessageGroupId="tenant")
    assert bench.receive(url)[0]["Attributes"]["MessageGroupId"] == "tenant"


def sns_11_content_based_deduplication(bench):
    topic = bench.fifo_topic(ContentBasedDeduplication="true")
    url, _ = bench.subscribed(topic, ".fifo", RawMessageDelivery="true")
    for message in ("x", "x", "y"):
        bench.sns.publish(TopicArn=topic, Message=message, MessageGroupId="g")
    received = bench.receive(url)
    assert [message["Body"] for message in received] == ["x", "y"]
    assert received[0]["Attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"x").hexdigest()


def sns_12_batches(bench):
    topic = bench.topic()
    batch = lambda *entries: dict(TopicArn=topic, PublishBatchRequestEntries=list(entries))
    entry = lambda id, message="m", **more: {"Id": id, "Message": message, **more}
    url, _ = bench.subscribed(topic, RawMessageDelivery="true")
    answer = bench.sns.publish_batch(**batch(entry("a", "1"), entry("b", ""), entry("c", "3", Subject="s")))
    assert [one["Id"] for one in answer["Successful"]] == ["a", "c"] and answer["Successful"][0]["MessageId"], answer
    assert answer["Failed"] == [{"Id": "b", "Code": "InvalidParameter", "Message": "Invalid parameter: Empty message",
                                 "SenderFault": True}], answer
    assert bench.bodies(url) == ["1", "3"]
    assert bench.sns.publish_batch(**batch(entry("a")))["Failed"] == []

    refuse = lambda code, text, *entries: refused(code, text, bench.sns.publish_batch, **batch(*entries))
    refuse("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.",
           *(entry(str(at)) for at in range(11)))
    refuse("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.", entry("a"), entry("a"))
    refuse("InvalidBatchEntryId", "The Id of a batch entry in the batch request is too long: " + "a" * 81, entry("a" * 81))
    refuse("InvalidBatchEntryId", "The Id of a batch entry in the batch request contains an impermissible character: a.b",
           entry("a.b"))
    refuse("BatchRequestTooLong", "The length of all the messages put together is more than the limit.",
           entry("a", "x" * 140_000), entry("b", "x" * 140_000))
    refuse("EmptyBatchRequest", None)


def sns_12_fifo_batches(bench):
    topic = bench.fifo_topic(ContentBasedDeduplication="true")
    entry = lambda id, **more: {"Id": id, "Message": id, **more}
    answer = bench.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        entry("a", MessageGroupId="g"), entry("b", MessageGroupId="g")])
    numbers = [one["SequenceNumber"] for one in answer["Successful"]]
    assert sorted(numbers) == numbers and len(set(numbers)) == 2, answer
    refused("InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
            bench.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[entry("a", MessageGroupId="g"), entry("b")])


def sns_12_batches_by_query(bench):
    topic = bench.topic()
    prefix = "PublishBatchRequestEntries.member.1."
    status, answer = bench.query("PublishBatch", TopicArn=topic, **{
        prefix + "Id": "one", prefix + "Message": "<&>\"", prefix + "MessageAttributes.entry.1.Name": "n",
        prefix + "MessageAttributes.entry.1.Value.DataType": "Number",
        prefix + "MessageAttributes.entry.1.Value.StringValue": "1"})
    assert status == 200
    assert text_of(answer, "PublishBatchResult/Successful/member/Id") == "one"
    assert text_of(answer, "PublishBatchResult/Failed") is None
    assert text_of(answer, "ResponseMetadata/RequestId")
