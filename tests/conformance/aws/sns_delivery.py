"""Items sns-19 to sns-24 of docs/aws.md: delivery to queues, the envelope and its signature."""

import base64
import json
import os
import re
import socket

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from sns_bench import ACCOUNT, REGION, Bench, decoded

SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")


def envelope(bench, topic, **message):
    url, _ = bench.subscribed(topic)
    bench.sns.publish(TopicArn=topic, **message)
    return json.loads(bench.bodies(url)[0])


def verify(bench, notification, algorithm):
    status, pem = bench.get(notification["SigningCertURL"][len(bench.process.url):])
    assert status == 200
    text = "".join(f"{name}\n{notification[name]}\n" for name in SIGNED if name in notification)
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    key.verify(decoded(notification["Signature"]), text.encode(), padding.PKCS1v15(), algorithm)


def sns_19_envelope(bench):
    topic = bench.topic()
    found = envelope(bench, topic, Message='say "hä"\n', Subject="News", MessageAttributes={
        "n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\0\xff"}})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.pop("Timestamp"))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found.pop("MessageId"))
    assert found.pop("SigningCertURL").startswith(bench.process.url) and found.pop("UnsubscribeURL")
    assert decoded(found.pop("Signature"))
    assert found == {"Type": "Notification", "TopicArn": topic, "Subject": "News", "Message": 'say "hä"\n',
                     "SignatureVersion": "1", "MessageAttributes": {
                         "n": {"Type": "Number", "Value": "1"},
                         "b": {"Type": "Binary", "Value": base64.b64encode(b"\0\xff").decode()}}}, found
    plain = envelope(bench, bench.topic(), Message="x")
    assert "Subject" not in plain and "MessageAttributes" not in plain, plain


def sns_19_the_answers_message_id_is_delivered(bench):
    topic = bench.topic()
    url, _ = bench.subscribed(topic)
    answered = bench.sns.publish(TopicArn=topic, Message="x")["MessageId"]
    assert json.loads(bench.bodies(url)[0])["MessageId"] == answered


def sns_19_fifo_envelope(bench):
    topic = bench.fifo_topic()
    url, _ = bench.subscribed(topic, ".fifo")
    answer = bench.sns.publish(TopicArn=topic, Message="x", MessageGroupId="g", MessageDeduplicationId="d")
    found = json.loads(bench.bodies(url)[0])
    assert found["SequenceNumber"] == answer["SequenceNumber"], found
    assert not {"Signature", "SignatureVersion", "SigningCertURL"} & set(found), found


def sns_20_raw_delivery(bench):
    topic = bench.topic()
    url, subscription = bench.subscribed(topic, RawMessageDelivery="true")
    dead, arn = bench.queue()
    bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RedrivePolicy",
                                          AttributeValue=json.dumps({"deadLetterTargetArn": arn}))
    attributes = {f"a{at}": {"DataType": "String", "StringValue": "v"} for at in range(9)}
    attributes["b"] = {"DataType": "Binary", "BinaryValue": b"\0"}
    bench.sns.publish(TopicArn=topic, Message="ten", MessageAttributes=attributes)
    (message,) = bench.receive(url)
    assert message["Body"] == "ten" and len(message["MessageAttributes"]) == 10, message
    assert message["MessageAttributes"]["b"] == {"DataType": "Binary", "BinaryValue": b"\0"}
    attributes["c"] = {"DataType": "String", "StringValue": "v"}
    bench.sns.publish(TopicArn=topic, Message="eleven", MessageAttributes=attributes)
    assert "eleven" in bench.bodies(dead)[0] and bench.count(url) == 0


def sns_21_fifo(bench):
    topic = bench.fifo_topic()
    fifo, _ = bench.subscribed(topic, ".fifo", RawMessageDelivery="true")
    _, standard_arn = standard = bench.queue()
    bench.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=standard_arn, Attributes={"RawMessageDelivery": "true"})
    for at in range(3):
        bench.sns.publish(TopicArn=topic, Message=f"m{at}", MessageGroupId="g", MessageDeduplicationId=f"d{at}")
    received = bench.receive(fifo)
    assert [message["Body"] for message in received] == ["m0", "m1", "m2"]
    assert received[1]["Attributes"]["MessageGroupId"] == "g"
    assert received[1]["Attributes"]["MessageDeduplicationId"] == "d1"
    received = bench.receive(standard[0])
    assert sorted(message["Body"] for message in received) == ["m0", "m1", "m2"]
    assert "MessageGroupId" not in received[0]["Attributes"], received


def sns_19_trace_header(bench):
    topic = bench.topic()
    url, _ = bench.subscribed(topic)
    header = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
    sns = bench.client("sns")
    for value in (header, "x" * 3000):
        sns.meta.events.register_first("before-send.sns", unique_id="trace",
                                       handler=lambda request, **_: request.headers.update({"X-Amzn-Trace-Id": value}))
        sns.publish(TopicArn=topic, Message="x")
        sns.meta.events.unregister("before-send.sns", unique_id="trace")
    assert [message["Attributes"].get("AWSTraceHeader") for message in bench.receive(url)] == [header, None]


def sns_22_signature(bench):
    verify(bench, envelope(bench, bench.topic(), Message="hä?\n", Subject="News"), hashes.SHA1())
    second = envelope(bench, bench.topic(SignatureVersion="2"), Message="x")
    assert second["SignatureVersion"] == "2"
    verify(bench, second, hashes.SHA256())
    structured = envelope(bench, bench.topic(), MessageStructure="json", Message='{"default":"d","sqs":"for queues"}')
    verify(bench, structured, hashes.SHA1())
    assert bench.get("/SimpleNotificationService-00000000000000000000000000000000.pem")[0] == 404


def sns_22_the_key_outlives_the_process(bench):
    before = envelope(bench, bench.topic(), Message="x")
    key = os.path.join(bench.process.folder, "data", "sns-signing.pem")
    assert os.stat(key).st_mode & 0o777 == 0o600
    bench.process.kill()
    bench.process.start()
    verify(bench, before, hashes.SHA1())
    assert envelope(bench, bench.topic(), Message="x")["SigningCertURL"] == before["SigningCertURL"]


def sns_22_the_certificate_may_be_said_to_be_elsewhere(bench):
    elsewhere = Bench("--sns-certificate-url", "https://sns.us-east-1.amazonaws.com")
    try:
        found = envelope(elsewhere, elsewhere.topic(), Message="x")
        place = "https://sns.us-east-1.amazonaws.com"
        assert re.fullmatch(place + r"/SimpleNotificationService-[0-9a-f]{32}\.pem", found["SigningCertURL"]), found
        found["SigningCertURL"] = elsewhere.process.url + found["SigningCertURL"][len(place):]
        verify(elsewhere, found, hashes.SHA1())
    finally:
        elsewhere.process.end()


def sns_24_missing_queues(bench):
    topic = bench.topic()
    gone, subscription = bench.subscribed(topic, RawMessageDelivery="true")
    dead, arn = bench.queue()
    bench.sqs.delete_queue(QueueUrl=gone)
    assert bench.sns.publish(TopicArn=topic, Message="lost")["MessageId"]
    bench.sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RedrivePolicy",
                                          AttributeValue=json.dumps({"deadLetterTargetArn": arn}))
    assert bench.sns.publish(TopicArn=topic, Message="dead")["MessageId"]
    assert bench.bodies(dead) == ["dead"]


def sns_24_across_regions_and_accounts(bench):
    topic = bench.topic()
    for region, account in (("eu-west-1", ACCOUNT), (REGION, "111111111111"), ("eu-west-1", "222222222222")):
        sqs = bench.client("sqs", region, account)
        url = sqs.create_queue(QueueName="far")["QueueUrl"]
        arn = f"arn:aws:sqs:{region}:{account}:far"
        subscription = bench.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
        assert bench.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["Endpoint"] == arn
        bench.sns.publish(TopicArn=topic, Message=f"to {arn}")
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        assert json.loads(message["Body"])["Message"] == f"to {arn}"
        bench.sns.unsubscribe(SubscriptionArn=subscription)


class WebSocket:
    """As much of RFC 6455 as a test needs: it sends short texts, and takes those of up to 64 KiB."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=20)
        self.socket.sendall(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.stream = self.socket.makefile("rb")
        assert b" 101 " in self.stream.readline()
        while self.stream.readline().strip():
            pass

    def send(self, message):
        text = json.dumps(message).encode()
        assert len(text) < 126
        self.socket.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)

    def receive(self):
        length = self.stream.read(2)[1] & 127
        if length == 126:
            length = int.from_bytes(self.stream.read(2), "big")
        return json.loads(self.stream.read(length))

    def close(self):
        self.stream.close()
        self.socket.close()


def sns_19_a_websocket_sees_what_boto3_publishes(bench):
    topic = bench.topic()
    name = topic.rsplit(":", 1)[1]
    subscriber = WebSocket(bench.process.address)
    subscriber.send({"id": 1, "subscribe": {"pattern": name}})
    assert subscriber.receive()["subscribe"]["topic"] == name
    bench.sns.publish(TopicArn=topic, Message="hello", Subject="News",
                      MessageAttributes={"mood": {"DataType": "String", "StringValue": "high"}})
    publication = subscriber.receive()["pub"]
    subscriber.close()
    assert publication["subject"] == name and publication["text"] == "hello", publication
    assert publication["attributes"] == {"mood": {"type": "String", "value": "high"}}, publication
