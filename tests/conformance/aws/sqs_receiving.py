"""Items sqs-23 to sqs-32 of docs/aws.md: receiving, receipt handles and visibility."""

import json
import socket
import threading
import time
import urllib.parse

from clients import JsonClient, Raw, refused
from runner import attributes, eventually, receive


def send(client, url, *bodies, **parameters):
    for body in bodies:
        client.call("SendMessage", QueueUrl=url, MessageBody=body, **parameters)


def sqs_23_ranges(bench, client):
    url = bench.queue(client)

    def cannot_receive(text, **parameters):
        refused(client, "InvalidParameterValue", text, "ReceiveMessage", "InvalidParameterValueException", 400, QueueUrl=url,
                **parameters)

    for bad in (-1, 0, 11):
        cannot_receive(f"Value {bad} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if "
                       "provided.", MaxNumberOfMessages=bad)
    for bad in (-1, 21):
        cannot_receive(f"Value {bad} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
                       WaitTimeSeconds=bad)
    for bad in (-1, 43201):
        cannot_receive(None, VisibilityTimeout=bad)
    send(client, url, *map(str, range(12)))
    assert len(receive(client, url)) == 1
    assert len(receive(client, url, MaxNumberOfMessages=10)) == 10


def sqs_24_long_polls(bench, client):
    url = bench.queue(client, ReceiveMessageWaitTimeSeconds="20")
    start = time.monotonic()
    assert client.call("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=0) == {}
    assert time.monotonic() - start < 10, "the wait of the call goes before the queue's"
    other = type(client)(bench.broker())
    timer = threading.Timer(0.3, send, (other, url, "news"))
    timer.start()
    assert receive(client, url)[0]["Body"] == "news"
    timer.join()
    assert time.monotonic() - start < 15, "it does not wait to the end"


def _poll(broker, url, behind=b""):
    """The socket of a client that waits for a message."""
    body = json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}).encode()
    peer = socket.create_connection(broker.address)
    peer.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n"
                 b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body) + behind)
    return peer


def _waiting(broker):
    """How many receives wait, by the broker's own count."""
    raw = JsonClient(broker).raw
    _, _, text = raw.request("GET", "/metrics")
    lines = [line for line in text.splitlines() if line.startswith("tern_receives_waiting ")]
    return int(float(lines[0].split()[1]))


def sqs_24_a_client_that_hangs_up_takes_no_message(bench):
    broker = bench.broker()
    client = JsonClient(broker)
    for behind in (b"", b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        url = bench.queue(client)
        peers = [_poll(broker, url, behind) for _ in range(5)]
        eventually(lambda: _waiting(broker) == 5)
        for peer in peers:
            peer.close()
        eventually(lambda: _waiting(broker) == 0)
        send(client, url, "kept")
        message, = receive(client, url, AttributeNames=["ApproximateReceiveCount"])
        assert message["Attributes"] == {"ApproximateReceiveCount": "1"}, message


def sqs_24_requests_behind_a_long_poll_are_answered_after_it(bench):
    broker = bench.broker()
    client = JsonClient(broker)
    url = bench.queue(client)
    with _poll(broker, url, b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") as peer:
        eventually(lambda: _waiting(broker) == 1)
        send(client, url, "first")
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b'"Body":"first"') < answer.index(b'"status":"ok"')


def sqs_25_visibility_of_a_receive(bench, client):
    url = bench.queue(client)
    send(client, url, "x")
    first, = receive(client, url, VisibilityTimeout=0)
    second, = receive(client, url, VisibilityTimeout=43200)
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    assert not receive(client, url)
    client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert attributes(client, url, "ApproximateNumberOfMessagesNotVisible")["ApproximateNumberOfMessagesNotVisible"] == "0"


def sqs_26_system_attributes(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    before = time.time() * 1000
    send(client, url, "x", MessageGroupId="group", MessageDeduplicationId="id")
    message, = receive(client, url, AttributeNames=["All"], VisibilityTimeout=0)
    found = message["Attributes"]
    assert found.keys() == {"SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp",
                            "SequenceNumber", "MessageDeduplicationId", "MessageGroupId"}, found
    assert found["ApproximateReceiveCount"] == "1"
    assert (found["MessageGroupId"], found["MessageDeduplicationId"], found["SenderId"]) == ("group", "id", "test")
    assert before - 60000 < int(found["SentTimestamp"]) <= int(found["ApproximateFirstReceiveTimestamp"]) < before + 60000
    message, = receive(client, url, AttributeNames=["ApproximateReceiveCount", "MessageGroupId"], VisibilityTimeout=0)
    assert message["Attributes"] == {"ApproximateReceiveCount": "2", "MessageGroupId": "group"}
    message, = receive(client, url, VisibilityTimeout=0)
    assert message.keys() == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}, message
    message, = receive(client, url, MessageSystemAttributeNames=["SequenceNumber"]) if client.name == "json" else [
        {"Attributes": {"SequenceNumber": "0" * 20}}]
    assert len(message["Attributes"]["SequenceNumber"]) == 20


def sqs_26_two_lists_of_names(bench):
    client, raw = JsonClient(bench.broker()), Raw(bench.broker())
    url = bench.queue(client)
    send(client, url, "x")
    message, = receive(client, url, AttributeNames=["SenderId"], MessageSystemAttributeNames=["All"], VisibilityTimeout=0)
    assert len(message["Attributes"]) == 4, message
    path = urllib.parse.urlsplit(url).path + "?Action=ReceiveMessage&VisibilityTimeout=0"
    for names, count in (("&MessageSystemAttributeName.1=All", 4), ("&AttributeName.1=SenderId", 1),
                         ("&MessageSystemAttributeName.1=All&AttributeName.1=SenderId", 1)):
        text = raw.request("GET", path + names)[2]
        assert text.count("<Attribute>") == count, text


def sqs_27_message_attribute_names(bench, client):
    url = bench.queue(client)
    names = ("Foo.a", "Foo.b", "Bar")
    send(client, url, "x", MessageAttributes={name: {"DataType": "String", "StringValue": name} for name in names})
    for wanted, found in ((["Bar"], {"Bar"}), (["All"], set(names)), ([".*"], set(names)), (["*"], set(names)),
                          (["Foo.*"], {"Foo.a", "Foo.b"}), (["Foo.*", "Bar"], set(names)), (["Foo"], set())):
        message, = receive(client, url, MessageAttributeNames=wanted, VisibilityTimeout=0)
        assert message.get("MessageAttributes", {}).keys() == found, (wanted, message)
        assert ("MD5OfMessageAttributes" in message) == bool(found)
    many = [f"name{i}" for i in range(1000)]
    assert "MessageAttributes" not in receive(client, url, MessageAttributeNames=many, VisibilityTimeout=0)[0]
    for parameter in ("MessageAttributeNames", "AttributeNames"):
        refused(client, "InvalidParameterValue", None, "ReceiveMessage", QueueUrl=url, **{parameter: [*many, "one more"]})


def sqs_28_in_flight_limit(bench):
    limited = JsonClient(bench.broker("--in-flight-max-standard", "2", "--in-flight-max-fifo", "2"))
    url = bench.queue(limited)
    send(limited, url, *"abc")
    assert len(receive(limited, url, MaxNumberOfMessages=10)) == 2
    refused(limited, "OverLimit", None, "ReceiveMessage", "OverLimit", 403, QueueUrl=url)
    fifo = bench.fifo(limited, ContentBasedDeduplication="true")
    for group in "abc":
        send(limited, fifo, group, MessageGroupId=group)
    assert len(receive(limited, fifo, MaxNumberOfMessages=10)) == 2
    assert not receive(limited, fifo)


def sqs_29_receive_attempts(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    send(client, url, "a", "b", MessageGroupId="g")
    first = receive(client, url, MaxNumberOfMessages=10, ReceiveRequestAttemptId="attempt")
    again = receive(client, url, MaxNumberOfMessages=10, ReceiveRequestAttemptId="attempt")
    assert [m["ReceiptHandle"] for m in first] == [m["ReceiptHandle"] for m in again] and len(first) == 2
    assert not receive(client, url, ReceiveRequestAttemptId="another")
    for bad in ("with space", "x" * 129):
        refused(client, "InvalidParameterValue",
                f"Value {bad} for parameter ReceiveRequestAttemptId is invalid. Reason: ReceiveRequestAttemptId can only "
                "include alphanumeric and punctuation characters. 1 to 128 in length.", "ReceiveMessage",
                QueueUrl=url, ReceiveRequestAttemptId=bad)
    refused(client, "InvalidParameterValue", "Value a for parameter ReceiveRequestAttemptId is invalid. Reason: The request "
            "include parameter that is not valid for this queue type.", "ReceiveMessage", QueueUrl=bench.queue(client),
            ReceiveRequestAttemptId="a")


def sqs_30_handles(bench, client):
    url, other = bench.queue(client), bench.queue(client)
    text = 'The input receipt handle "garbage" is not a valid receipt handle.'
    invalid = ("ReceiptHandleIsInvalid", text, "DeleteMessage", "ReceiptHandleIsInvalid", 400)
    refused(client, *invalid, QueueUrl=url, ReceiptHandle="garbage")
    refused(client, "ReceiptHandleIsInvalid", text, "ChangeMessageVisibility", QueueUrl=url, ReceiptHandle="garbage",
            VisibilityTimeout=1)
    send(client, url, "x")
    handle = receive(client, url, VisibilityTimeout=0)[0]["ReceiptHandle"]
    refused(client, "ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.',
            "DeleteMessage", QueueUrl=other, ReceiptHandle=handle)
    client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=handle)
    client.call("DeleteMessage", QueueUrl=url, ReceiptHandle=handle)
    fifo = bench.fifo(client, ContentBasedDeduplication="true")
    send(client, fifo, "x", MessageGroupId="g")
    handle = receive(client, fifo, VisibilityTimeout=0)[0]["ReceiptHandle"]
    refused(client, "InvalidParameterValue",
            f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
            "DeleteMessage", "InvalidParameterValueException", 400, QueueUrl=fifo, ReceiptHandle=handle)


def sqs_31_change_of_visibility(bench, client):
    url = bench.queue(client)
    send(client, url, "x")
    handle = receive(client, url)[0]["ReceiptHandle"]
    change = {"QueueUrl": url, "ReceiptHandle": handle}
    client.call("ChangeMessageVisibility", **change, VisibilityTimeout=0)
    handle = receive(client, url, VisibilityTimeout=1)[0]["ReceiptHandle"]
    change["ReceiptHandle"] = handle
    client.call("ChangeMessageVisibility", **change, VisibilityTimeout=60)
    assert not receive(client, url, WaitTimeSeconds=2)
    for bad in (-1, 43201):
        refused(client, "InvalidParameterValue", None, "ChangeMessageVisibility", **change, VisibilityTimeout=bad)
    refused(client, "InvalidParameterValue", "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total "
            "VisibilityTimeout for the message is beyond the limit [43200 seconds]", "ChangeMessageVisibility", **change,
            VisibilityTimeout=43200)
    client.call("DeleteMessage", **change)
    refused(client, "InvalidParameterValue", f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does "
            "not exist or is not available for visibility timeout change.", "ChangeMessageVisibility", **change,
            VisibilityTimeout=1)
    refused(client, "MissingParameter", "The request must contain the parameter VisibilityTimeout.",
            "ChangeMessageVisibility", **change)


def sqs_32_batches_of_handles(bench, client):
    url = bench.queue(client)
    send(client, url, "a", "b")
    handles = [message["ReceiptHandle"] for message in receive(client, url, MaxNumberOfMessages=10)]
    entries = [{"Id": "good", "ReceiptHandle": handles[0]}, {"Id": "bad", "ReceiptHandle": "garbage"},
               {"Id": "fine", "ReceiptHandle": handles[1]}]
    failed = [{"Id": "bad", "SenderFault": True, "Code": "ReceiptHandleIsInvalid",
               "Message": 'The input receipt handle "garbage" is not a valid receipt handle.'}]
    expected = {"Successful": [{"Id": "good"}, {"Id": "fine"}], "Failed": failed}
    answer = client.call("ChangeMessageVisibilityBatch", QueueUrl=url,
                         Entries=[{**entry, "VisibilityTimeout": 60} for entry in entries])
    assert answer == expected, answer
    assert client.call("DeleteMessageBatch", QueueUrl=url, Entries=entries) == expected
    for operation in ("ChangeMessageVisibilityBatch", "DeleteMessageBatch"):
        code = "AWS.SimpleQueueService."
        refused(client, code + "EmptyBatchRequest", None, operation, QueueUrl=url, Entries=[])
        timeout = {"VisibilityTimeout": 0} if operation == "ChangeMessageVisibilityBatch" else {}
        many = [{"Id": str(i), "ReceiptHandle": "x", **timeout} for i in range(11)]
        refused(client, code + "TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent 11.", operation, QueueUrl=url, Entries=many)
        refused(client, code + "BatchEntryIdsNotDistinct", "Id 1 repeated.", operation, QueueUrl=url,
                Entries=[many[1], many[1]])
