"""Items sqs-15 to sqs-22 of docs/aws.md: sending."""

import hashlib
import struct

from clients import Raw, refused
from runner import attributes, receive


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def md5_of_attributes(given):
    digest = hashlib.md5()
    for name in sorted(given):
        kind = given[name]["DataType"]
        binary = kind.startswith("Binary")
        value = given[name]["BinaryValue"] if binary else given[name]["StringValue"].encode()
        for part in (name.encode(), kind.encode()):
            digest.update(struct.pack("!I", len(part)) + part)
        digest.update((b"\2" if binary else b"\1") + struct.pack("!I", len(value)) + value)
    return digest.hexdigest()


def text_attribute(value, kind="String"):
    return {"DataType": kind, "StringValue": value}


MIXED = {"text": text_attribute("ä < b"), "a.number": text_attribute("-1.5e3", "Number.float"),
         "Bytes": {"DataType": "Binary.gif", "BinaryValue": b"\0\xff\r\n"}}
TRACE = {"AWSTraceHeader": text_attribute("Root=1-5759e988-bd862e3fe1be46a994272793")}


def sqs_15_digests(bench, client):
    url = bench.queue(client)
    sent = client.call("SendMessage", QueueUrl=url, MessageBody="grüße", MessageAttributes=MIXED, MessageSystemAttributes=TRACE)
    assert sent["MD5OfMessageBody"] == md5("grüße")
    assert sent["MD5OfMessageAttributes"] == md5_of_attributes(MIXED)
    assert sent["MD5OfMessageSystemAttributes"] == md5_of_attributes(TRACE)
    message, = receive(client, url, MessageAttributeNames=["text"], VisibilityTimeout=0)
    assert message["MD5OfBody"] == md5("grüße")
    assert message["MessageAttributes"] == {"text": MIXED["text"]}
    assert message["MD5OfMessageAttributes"] == md5_of_attributes({"text": MIXED["text"]})
    message, = receive(client, url, MessageAttributeNames=["All"])
    assert message["MessageAttributes"] == MIXED
    plain = client.call("SendMessage", QueueUrl=url, MessageBody="x")
    assert not plain.keys() & {"MD5OfMessageAttributes", "MD5OfMessageSystemAttributes", "SequenceNumber"}


def sqs_16_size(bench, client):
    url = bench.queue(client, MaximumMessageSize="1024")
    text = "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
    shape = ("InvalidParameterValueException", 400)
    client.call("SendMessage", QueueUrl=url, MessageBody="x" * 1024)
    refused(client, "InvalidParameterValue", text, "SendMessage", *shape, QueueUrl=url, MessageBody="x" * 1025)
    given = {"name": text_attribute("v" * 10)}
    client.call("SendMessage", QueueUrl=url, MessageBody="x" * 1004, MessageAttributes=given)
    refused(client, "InvalidParameterValue", text, "SendMessage", QueueUrl=url, MessageBody="x" * 1005, MessageAttributes=given)
    answer = client.call("SendMessageBatch", QueueUrl=url, Entries=[
        {"Id": "long", "MessageBody": "x" * 1025}, {"Id": "short", "MessageBody": "x"}])
    assert [entry["Id"] for entry in answer["Successful"]] == ["short"]
    assert answer["Failed"] == [{
        "Id": "long", "SenderFault": True, "Code": "InvalidParameterValue",
        "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."}]
    large = bench.queue(client)
    client.call("SendMessage", QueueUrl=large, MessageBody="x" * 1048576)
    refused(client, "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.", "SendMessage",
            QueueUrl=large, MessageBody="x" * 1048577)


def sqs_17_empty_body(bench, client):
    url = bench.queue(client)
    for more in ({}, {"MessageBody": ""}):
        refused(client, "MissingParameter", "The request must contain the parameter MessageBody.", "SendMessage",
                "MissingRequiredParameterException", 400, QueueUrl=url, **more)


def sqs_18_characters(bench, client):
    url = bench.queue(client)
    bodies = ["a\rb\r\nc\n\td", '"quoted" & <b>bold</b> \'single\'', "\U0001f426 \ue000 \ufffd \ud7ff",
              "<?xml version=\"1.0\"?><![CDATA[x]]>&amp;&#13;", " leading and trailing ", "%41+b&c=d"]
    for body in bodies:
        client.call("SendMessage", QueueUrl=url, MessageBody=body, MessageAttributes={"n": text_attribute(body)})
        message, = receive(client, url, MessageAttributeNames=["n"])
        assert (message["Body"], message["MessageAttributes"]["n"]["StringValue"]) == (body, body), message
    text = ("Invalid binary character '#x{:X}' was found in the message body, the set of allowed characters is #x9 | #xA | "
            "#xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].")
    for bad in ("\x00", "a\x0b", "ä\x1f\x00", "\ufffe", "x\uffff"):
        wrong = next(c for c in bad if c not in "aäx")
        refused(client, "InvalidMessageContents", text.format(ord(wrong)), "SendMessage", "InvalidMessageContents", 400,
                QueueUrl=url, MessageBody=bad)
    refused(client, "InvalidParameterValue", None, "SendMessage", "InvalidParameterValueException", 400, QueueUrl=url,
            MessageBody="x", MessageAttributes={"n": text_attribute("a\x0b")})
    answer = client.call("SendMessageBatch", QueueUrl=url, Entries=[
        {"Id": "bad", "MessageBody": "\x01"}, {"Id": "good", "MessageBody": "g"}])
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert answer["Failed"][0]["Code"] == "InvalidMessageContents"


def sqs_18_a_carriage_return_is_escaped_in_xml(bench):
    raw = Raw(bench.broker())
    path = "/000000000000/" + bench.name()
    raw.request("GET", "/?Action=CreateQueue&Version=2012-11-05&QueueName=" + path.rsplit("/", 1)[1])
    raw.request("GET", path + "?Action=SendMessage&MessageBody=%3Ca%3E%26%22%0D%0A")
    status, _, body = raw.request("GET", path + "?Action=ReceiveMessage")
    assert status == 200 and "<Body>&lt;a&gt;&amp;&quot;&#xD;\n</Body>" in body, body


def sqs_19_delays(bench, client):
    url = bench.queue(client)
    client.call("SendMessage", QueueUrl=url, MessageBody="late", DelaySeconds=1)
    assert attributes(client, url, "ApproximateNumberOfMessagesDelayed")["ApproximateNumberOfMessagesDelayed"] == "1"
    assert not receive(client, url)
    assert receive(client, url, WaitTimeSeconds=5)[0]["Body"] == "late"
    for bad in (-1, 901, 1800):
        refused(client, "InvalidParameterValue",
                f"Value {bad} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
                "SendMessage", QueueUrl=url, MessageBody="x", DelaySeconds=bad)
    fifo = bench.fifo(client, ContentBasedDeduplication="true", DelaySeconds="900")
    client.call("SendMessage", QueueUrl=fifo, MessageBody="x", MessageGroupId="g", DelaySeconds=0)
    assert not receive(client, fifo)
    refused(client, "InvalidParameterValue",
            "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for "
            "this queue type.", "SendMessage", QueueUrl=fifo, MessageBody="x", MessageGroupId="g", DelaySeconds=2)
    client.call("SetQueueAttributes", QueueUrl=fifo, Attributes={"DelaySeconds": "0"})
    assert receive(client, fifo)[0]["Body"] == "x"
    waits = bench.queue(client, DelaySeconds="900")
    client.call("SendMessage", QueueUrl=waits, MessageBody="x")
    client.call("SetQueueAttributes", QueueUrl=waits, Attributes={"DelaySeconds": "0"})
    assert not receive(client, waits)


def sqs_20_attributes(bench, client):
    url = bench.queue(client)

    def cannot_send(text, name="n", code="InvalidParameterValue", **attribute):
        refused(client, code, text, "SendMessage", QueueUrl=url, MessageBody="x", MessageAttributes={name: attribute})

    refused(client, "InvalidParameterValue", "Number of message attributes [11] exceeds the allowed maximum [10].",
            "SendMessage", QueueUrl=url, MessageBody="x", MessageAttributes={f"n{i}": text_attribute("v") for i in range(11)})
    reserved = ("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for "
                "internal use. Additionally, they cannot start or end with '.'.")
    for bad in (".a", "a.", "AWS.a", "aws.a", "Amazon.a", "aMaZoN.a"):
        cannot_send(reserved, bad, **text_attribute("v"))
    for bad in ("", "a..b", "a b", "a§", "a×b", "\u4e00", "n" * 257):
        cannot_send(None, bad, **text_attribute("v"))
    letters = {"größe.Œ": text_attribute("v"), "žluťoučký": text_attribute("w")}
    there = bench.queue(client)
    sent = client.call("SendMessage", QueueUrl=there, MessageBody="x", MessageAttributes=letters)
    assert sent["MD5OfMessageAttributes"] == md5_of_attributes(letters)
    assert receive(client, there, MessageAttributeNames=["All"])[0]["MessageAttributes"] == letters
    client.call("SendMessage", QueueUrl=url, MessageBody="x", MessageAttributes={
        "n" * 256: text_attribute("v"), "A.b-c_9": text_attribute("v", "String." + "x" * 249)})
    for kind in ("String", "Number", "Binary", "String.own"):
        value = {"BinaryValue": b""} if kind == "Binary" else {"StringValue": ""}
        cannot_send(f"Message (user) attribute 'ErrorDetails' must contain a non-empty value of type '{kind.split('.')[0]}'.",
                    "ErrorDetails", DataType=kind, **value)
    for bad in ("Text", "string", "", "x" * 257):
        cannot_send(None, DataType=bad, StringValue="v")
    cannot_send("Can't cast the value of message (user) attribute 'n' to a number.", DataType="Number", StringValue="one")
    cannot_send("Message attribute list values in SendMessage operation are not supported.",
                code="AWS.SimpleQueueService.UnsupportedOperation", DataType="String", StringListValues=["v"])


def sqs_21_trace_header(bench, client):
    url = bench.queue(client)
    client.call("SendMessage", QueueUrl=url, MessageBody="x", MessageSystemAttributes=TRACE)
    message, = receive(client, url, AttributeNames=["AWSTraceHeader"])
    assert message["Attributes"] == {"AWSTraceHeader": TRACE["AWSTraceHeader"]["StringValue"]}
    refused(client, "InvalidParameterValue", None, "SendMessage", QueueUrl=url, MessageBody="x",
            MessageSystemAttributes={"Other": text_attribute("v")})


def sqs_21_trace_header_of_the_request(bench):
    raw = Raw(bench.broker())
    path = "/000000000000/" + bench.name()
    raw.request("GET", "/?Action=CreateQueue&Version=2012-11-05&QueueName=" + path.rsplit("/", 1)[1])
    raw.request("GET", path + "?Action=SendMessage&MessageBody=x", headers={"X-Amzn-Trace-Id": "Root=1-2-3"})
    _, _, body = raw.request("GET", path + "?Action=ReceiveMessage&AttributeName.1=All")
    assert "<Attribute><Name>AWSTraceHeader</Name><Value>Root=1-2-3</Value></Attribute>" in body, body
    # One that is too long is not the message's fault.
    status, _, _ = raw.request("GET", path + "?Action=SendMessage&MessageBody=y", headers={"X-Amzn-Trace-Id": "x" * 2049})
    assert status == 200
    _, _, body = raw.request("GET", path + "?Action=ReceiveMessage&AttributeName.1=All")
    assert "<Body>y</Body>" in body and "AWSTraceHeader" not in body, body


def sqs_22_batches(bench, client):
    url = bench.queue(client)
    code = "AWS.SimpleQueueService."

    def cannot_send(error, text, ids, body="b"):
        refused(client, code + error, text, "SendMessageBatch", error, 400, QueueUrl=url,
                Entries=[{"Id": one, "MessageBody": body} for one in ids])

    ids = [f"entry-{9 - i}" for i in range(10)]
    answer = client.call("SendMessageBatch", QueueUrl=url, Entries=[{"Id": one, "MessageBody": one} for one in ids])
    assert [entry["Id"] for entry in answer["Successful"]] == ids and "Failed" not in answer
    assert [entry["MD5OfMessageBody"] for entry in answer["Successful"]] == [md5(one) for one in ids]
    cannot_send("EmptyBatchRequest", None, [])
    cannot_send("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 20.",
                [str(i) for i in range(20)])
    for bad in ("", "a b", "a.b", "a" * 81):
        cannot_send("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and "
                    "underscores. It can be at most 80 letters long.", [bad])
    cannot_send("BatchEntryIdsNotDistinct", "Id one repeated.", ["one", "two", "one"])
    refused(client, code + "BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.", "SendMessageBatch",
            "BatchRequestTooLong", 400, QueueUrl=url,
            Entries=[{"Id": "a", "MessageBody": "x" * 1048576}, {"Id": "b", "MessageBody": "x"}])
    count = attributes(client, url, "ApproximateNumberOfMessages")["ApproximateNumberOfMessages"]
    assert count == "10", "a batch that is refused leaves nothing"
