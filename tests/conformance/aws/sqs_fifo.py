"""Items sqs-33 to sqs-42 of docs/aws.md: FIFO queues, dead letters and move tasks."""

import base64
import json
import uuid

from clients import JsonClient, refused
from runner import arn_of, attributes, eventually, receive

INVALID = "InvalidParameterValue"


def send(client, url, body, group="g", **more):
    return client.call("SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)


def bodies(messages):
    return [message["Body"] for message in messages]


def sqs_33_ids(bench, client):
    url = bench.fifo(client)
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        for bad in ("", "group 123", "a" * 129, "ä"):
            given = {"MessageGroupId": "g", "MessageDeduplicationId": "d", name: bad}
            refused(client, INVALID, f"Value {bad} for parameter {name} is invalid. Reason: {name} can only include "
                    "alphanumeric and punctuation characters. 1 to 128 in length.", "SendMessage",
                    "InvalidParameterValueException", 400, QueueUrl=url, MessageBody="x", **given)
    every = "".join(chr(c) for c in range(0x21, 0x7F))
    client.call("SendMessage", QueueUrl=url, MessageBody="x", MessageGroupId=every, MessageDeduplicationId=every)
    no_group = "The request must contain the parameter MessageGroupId."
    no_id = ("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
             "explicitly")
    refused(client, "MissingParameter", no_group, "SendMessage", "MissingRequiredParameterException", 400, QueueUrl=url,
            MessageBody="x", MessageDeduplicationId="d")
    refused(client, INVALID, no_id, "SendMessage", QueueUrl=url, MessageBody="x", MessageGroupId="g")
    good = {"Id": "a", "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    for text, lacks in ((no_group, "MessageGroupId"), (no_id, "MessageDeduplicationId")):
        bad = {key: value for key, value in good.items() if key != lacks}
        refused(client, INVALID, text, "SendMessageBatch", "InvalidParameterValueException", 400, QueueUrl=url,
                Entries=[good, {**bad, "Id": "b"}])


def sqs_34_group_ids_on_standard_queues(bench, client):
    url = bench.queue(client)
    send(client, url, "x", "tenant")
    message, = receive(client, url, AttributeNames=["All"])
    assert message["Attributes"]["MessageGroupId"] == "tenant" and "SequenceNumber" not in message["Attributes"]
    refused(client, INVALID, "Value d for parameter MessageDeduplicationId is invalid. Reason: The request include "
            "parameter that is not valid for this queue type.", "SendMessage", QueueUrl=url, MessageBody="x",
            MessageDeduplicationId="d")


def sqs_35_deduplication(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    first = send(client, url, "same")
    message, = receive(client, url)
    client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    given = {"n": {"DataType": "String", "StringValue": "v"}}
    again = send(client, url, "same", "another-group", MessageAttributes=given)
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert not receive(client, url)
    by_group = bench.fifo(client, ContentBasedDeduplication="true", DeduplicationScope="messageGroup",
                          FifoThroughputLimit="perMessageGroupId")
    for group in "aab":
        send(client, by_group, "same", group)
    assert len(receive(client, by_group, MaxNumberOfMessages=10)) == 2


def sqs_36_sequence_numbers(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    numbers = [send(client, url, str(i), str(i % 2))["SequenceNumber"] for i in range(6)]
    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))
    answer = client.call("SendMessageBatch", QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "b", "MessageGroupId": "0"}])
    assert answer["Successful"][0]["SequenceNumber"] > numbers[-1]
    received = receive(client, url, AttributeNames=["SequenceNumber"], MaxNumberOfMessages=10)
    assert {m["Attributes"]["SequenceNumber"] for m in received} == {*numbers, answer["Successful"][0]["SequenceNumber"]}


def sqs_37_groups_are_locked(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    for body in ("a1", "b1", "a2", "b2", "a3"):
        send(client, url, body, body[0])
    first = receive(client, url, MaxNumberOfMessages=2)
    assert bodies(first) == ["a1", "a2"]
    assert bodies(receive(client, url, MaxNumberOfMessages=10)) == ["b1", "b2"]
    client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert not receive(client, url), "a part is not enough"
    client.call("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=first[1]["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(receive(client, url, MaxNumberOfMessages=10)) == ["a2", "a3"]


def sqs_37_what_comes_back_is_received_up_to_the_next_in_flight(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    for body in ("a1", "a2", "a3", "b1"):
        send(client, url, body, body[0])
    first, second = receive(client, url, MaxNumberOfMessages=2)

    def end(message, seconds=0):
        client.call("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)

    end(first)
    assert bodies(receive(client, url, MaxNumberOfMessages=10, VisibilityTimeout=0)) == ["b1", "a1"]
    first, other = receive(client, url, MaxNumberOfMessages=10, VisibilityTimeout=60)
    if first["Body"] == "b1":
        first, other = other, first
    assert (first["Body"], other["Body"]) == ("a1", "b1")
    end(second)
    assert not receive(client, url, MaxNumberOfMessages=10), "what stands behind one in flight waits"
    client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(client, url, MaxNumberOfMessages=10)) == ["a2", "a3"]


def sqs_37_groups_take_turns(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    for body in ("a1", "b1", "b2", "c1", "a2"):
        send(client, url, body, body[0])
    assert bodies(receive(client, url, MaxNumberOfMessages=3, VisibilityTimeout=0)) == ["a1", "a2", "b1"]
    # What nobody has had yet comes first.
    assert receive(client, url, VisibilityTimeout=0)[0]["Body"] == "c1"


def sqs_38_high_throughput(bench, client):
    refused(client, "InvalidAttributeValue", None, "CreateQueue", QueueName=bench.name(".fifo"),
            Attributes={"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"})
    url = bench.fifo(client, DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    found = attributes(client, url, "DeduplicationScope", "FifoThroughputLimit")
    assert found == {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}


def sqs_38_the_scope_of_deduplication_stays(bench, client):
    scopes = {"messageGroup": "perMessageGroupId", "queue": "perQueue"}
    for made, changed, found in (("queue", "messageGroup", 1), ("messageGroup", "queue", 2)):
        url = bench.fifo(client, DeduplicationScope=made, FifoThroughputLimit=scopes[made])
        send(client, url, "x", "a", MessageDeduplicationId="before")
        wanted = {"DeduplicationScope": changed, "FifoThroughputLimit": scopes[changed]}
        client.call("SetQueueAttributes", QueueUrl=url, Attributes=wanted)
        assert attributes(client, url, *wanted) == wanted
        send(client, url, "x", "b", MessageDeduplicationId="before")
        assert len(receive(client, url, MaxNumberOfMessages=10)) == found
        for group in "cd":
            send(client, url, "y", group, MessageDeduplicationId="after")
        assert len(receive(client, url, MaxNumberOfMessages=10)) == found


def redrive_to(url, count=1):
    return json.dumps({"deadLetterTargetArn": arn_of(url), "maxReceiveCount": count})


def sqs_39_dead_letters(bench, client):
    dead = bench.queue(client)
    url = bench.queue(client, RedrivePolicy=redrive_to(dead, "2"))
    given = {"n": {"DataType": "String", "StringValue": "v"}}
    sent = client.call("SendMessage", QueueUrl=url, MessageBody="x", MessageAttributes=given)
    for count in "12":
        message, = receive(client, url, VisibilityTimeout=0, AttributeNames=["All"])
        assert message["Attributes"]["ApproximateReceiveCount"] == count
    assert not receive(client, url), "the third receive would exceed the maximum of two"
    moved, = receive(client, dead, AttributeNames=["All"], MessageAttributeNames=["All"])
    assert (moved["MessageId"], moved["Body"], moved["MessageAttributes"]) == (sent["MessageId"], "x", given)
    assert moved["Attributes"]["DeadLetterQueueSourceArn"] == arn_of(url)
    assert moved["Attributes"]["SentTimestamp"] == message["Attributes"]["SentTimestamp"]
    assert moved["Attributes"]["ApproximateReceiveCount"] == "3"

    def cannot(policy, reason):
        text = policy if isinstance(policy, str) else json.dumps(policy)
        refused(client, INVALID, f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}",
                "SetQueueAttributes", "InvalidParameterValueException", 400, QueueUrl=url, Attributes={"RedrivePolicy": text})

    target = arn_of(dead)
    cannot("{", "Redrive policy is not a valid JSON map.")
    cannot({"maxReceiveCount": 1}, "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
    cannot({"deadLetterTargetArn": target}, "Redrive policy does not contain mandatory attribute: maxReceiveCount.")
    for bad in (0, 1001):
        cannot({"deadLetterTargetArn": target, "maxReceiveCount": bad},
               f"Invalid value for maxReceiveCount: {bad}, valid values are from 1 to 1000 both inclusive.")
    for nowhere in (target + "x", target.replace("us-east-1", "eu-west-1")):
        cannot({"deadLetterTargetArn": nowhere, "maxReceiveCount": 1}, "Dead letter target does not exist.")
    for no_arn in ("no arn", "", 7, target.replace("sqs", "sns")):
        cannot({"deadLetterTargetArn": no_arn, "maxReceiveCount": 1}, "Invalid value for deadLetterTargetArn.")
    cannot({"deadLetterTargetArn": arn_of(bench.fifo(client)), "maxReceiveCount": 1},
           "Dead-letter queue must be same type of queue as the source.")


def sqs_39_dead_letters_of_fifo_queues(bench, client):
    dead = bench.fifo(client)
    url = bench.fifo(client, RedrivePolicy=redrive_to(dead))
    for body in "ab":
        send(client, url, body, MessageDeduplicationId=body)
    assert bodies(receive(client, url, VisibilityTimeout=0)) == ["a"]
    assert bodies(receive(client, url, VisibilityTimeout=0)) == ["b"], "the group is not blocked"
    moved, = receive(client, dead, AttributeNames=["All"])
    found = moved["Attributes"]
    assert (moved["Body"], found["MessageGroupId"], found["MessageDeduplicationId"]) == ("a", "g", "a")


def sqs_40_redrive_allow_policies(bench, client):
    dead = bench.queue(client)
    urls = [bench.queue(client) for _ in range(3)]

    def allow(**policy):
        client.call("SetQueueAttributes", QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps(policy)})

    def name_dead(url):
        client.call("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": redrive_to(dead)})

    allow(redrivePermission="denyAll")
    refused(client, INVALID, None, "SetQueueAttributes", QueueUrl=urls[0], Attributes={"RedrivePolicy": redrive_to(dead)})
    allow(redrivePermission="byQueue", sourceQueueArns=[arn_of(urls[0])])
    name_dead(urls[0])
    refused(client, INVALID, None, "SetQueueAttributes", QueueUrl=urls[1], Attributes={"RedrivePolicy": redrive_to(dead)})
    found = json.loads(attributes(client, dead, "RedriveAllowPolicy")["RedriveAllowPolicy"])
    assert found == {"redrivePermission": "byQueue", "sourceQueueArns": [arn_of(urls[0])]}
    allow(redrivePermission="allowAll")
    name_dead(urls[1])
    name_dead(urls[2])
    found = json.loads(attributes(client, dead, "RedriveAllowPolicy")["RedriveAllowPolicy"])
    assert found == {"redrivePermission": "allowAll"}, found
    client.call("SetQueueAttributes", QueueUrl=dead, Attributes={"RedriveAllowPolicy": ""})
    assert not attributes(client, dead, "RedriveAllowPolicy")
    for bad in ("{", '{"redrivePermission":"some"}', '{"redrivePermission":"byQueue"}',
                json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn_of(urls[0])] * 11}),
                json.dumps({"redrivePermission": "denyAll", "sourceQueueArns": [arn_of(urls[0])]})):
        refused(client, INVALID, None, "SetQueueAttributes", QueueUrl=dead, Attributes={"RedriveAllowPolicy": bad})
    name = bench.name()
    for value in ('{"redrivePermission":"allowAll"}', "", '{"redrivePermission":"allowAll"}'):
        client.call("CreateQueue", QueueName=name, Attributes={"RedriveAllowPolicy": value})
    refused(client, "QueueAlreadyExists", None, "CreateQueue", QueueName=name,
            Attributes={"RedriveAllowPolicy": '{"redrivePermission":"denyAll"}'})
    assert client.call("ListDeadLetterSourceQueues", QueueUrl=dead) == {"queueUrls": urls}
    page = client.call("ListDeadLetterSourceQueues", QueueUrl=dead, MaxResults=2)
    assert page["queueUrls"] == urls[:2]
    rest = client.call("ListDeadLetterSourceQueues", QueueUrl=dead, MaxResults=2, NextToken=page["NextToken"])
    assert rest == {"queueUrls": urls[2:]}


def _dead_letters(bench, client, count):
    dead = bench.queue(client)
    url = bench.queue(client, RedrivePolicy=redrive_to(dead))
    for i in range(count):
        client.call("SendMessage", QueueUrl=url, MessageBody=str(i))
    while receive(client, url, MaxNumberOfMessages=10, VisibilityTimeout=0):
        pass
    return url, dead


def sqs_41_move_tasks(bench):
    client = JsonClient(bench.broker())
    url, dead = _dead_letters(bench, client, 3)
    other = bench.queue(client)
    not_found = ("ResourceNotFoundException", "The resource that you specified for the {} parameter doesn't exist.")

    def cannot_start(code, text, **more):
        refused(client, code, text, "StartMessageMoveTask", None, 404 if code == not_found[0] else 400, **more)

    cannot_start(not_found[0], not_found[1].format("SourceArn"), SourceArn=arn_of(dead) + "x")
    cannot_start(not_found[0], not_found[1].format("DestinationArn"), SourceArn=arn_of(dead),
                 DestinationArn=arn_of(dead) + "x")
    cannot_start(INVALID, "Source queue must be configured as a Dead Letter Queue.", SourceArn=arn_of(url))
    for bad in (0, 501):
        cannot_start(INVALID, None, SourceArn=arn_of(dead), MaxNumberOfMessagesPerSecond=bad)
    handle = client.call("StartMessageMoveTask", SourceArn=arn_of(dead))["TaskHandle"]
    told = json.loads(base64.b64decode(handle))
    assert told.keys() == {"taskId", "sourceArn"} and str(uuid.UUID(told["taskId"])) == told["taskId"], told

    def ended():
        task, = client.call("ListMessageMoveTasks", SourceArn=arn_of(dead))["Results"]
        return task if task["Status"] != "RUNNING" else None

    task = eventually(ended)
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"], task["SourceArn"]) == ("COMPLETED", 3, arn_of(dead))
    assert "TaskHandle" not in task and "DestinationArn" not in task
    back = receive(client, url, MaxNumberOfMessages=10, AttributeNames=["ApproximateReceiveCount"], VisibilityTimeout=0)
    assert sorted(bodies(back)) == ["0", "1", "2"]
    assert {m["Attributes"]["ApproximateReceiveCount"] for m in back} == {"1"}
    receive(client, url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    client.call("StartMessageMoveTask", SourceArn=arn_of(dead), DestinationArn=arn_of(other))
    eventually(lambda: len(receive(client, other, MaxNumberOfMessages=10, VisibilityTimeout=0)) == 3)


def sqs_42_move_tasks_cancelled_and_listed(bench):
    client = JsonClient(bench.broker())
    _, dead = _dead_letters(bench, client, 10)
    source = {"SourceArn": arn_of(dead)}
    handle = client.call("StartMessageMoveTask", **source, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    running, = client.call("ListMessageMoveTasks", **source)["Results"]
    assert (running["Status"], running["MaxNumberOfMessagesPerSecond"]) == ("RUNNING", 1)
    assert running["TaskHandle"] == handle
    refused(client, INVALID, "There is already a task running. Only one active task is allowed for a source queue arn at a "
            "given time.", "StartMessageMoveTask", **source)
    assert client.call("CancelMessageMoveTask", TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] < 10
    gone = ("ResourceNotFoundException", "Task does not exist.", "CancelMessageMoveTask", "ResourceNotFoundException", 404)
    refused(client, *gone, TaskHandle=handle)
    for task in ("x", "-", "10f57157-fc38-4da9-a113-4de7e12d05aa"):
        unknown = base64.b64encode(json.dumps({"taskId": task, "sourceArn": arn_of(dead)}).encode()).decode()
        refused(client, *gone, TaskHandle=unknown)
    for bad in ("x", base64.b64encode(b"{}").decode(), base64.b64encode(b"[" + b"1," * 9000 + b"1]").decode()):
        refused(client, INVALID, "Value for parameter TaskHandle is invalid.", "CancelMessageMoveTask", TaskHandle=bad)
    client.call("StartMessageMoveTask", **source)
    assert len(client.call("ListMessageMoveTasks", **source)["Results"]) == 1
    both = client.call("ListMessageMoveTasks", **source, MaxResults=10)["Results"]
    assert both[1]["Status"] == "CANCELLED" and len(both) == 2, both
    for bad in (0, 11):
        refused(client, INVALID, None, "ListMessageMoveTasks", **source, MaxResults=bad)
    refused(client, "ResourceNotFoundException", None, "ListMessageMoveTasks", None, 404, SourceArn=arn_of(dead) + "x")
