"""Items sns-18, sns-22 and sns-23 of docs/aws.md: deliveries to HTTP and HTTPS endpoints (docs/deliveries.md)."""

import json
import pathlib
import socket
import tempfile
import time
import urllib.parse
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from endpoint import Authority, Endpoint
from sns_bench import decoded, refused

FOLDER = tempfile.TemporaryDirectory(prefix="tern-deliveries-")
AUTHORITY = Authority(pathlib.Path(FOLDER.name), "trusted")
OPTIONS = ("--delivery-patience-seconds", "3", "--delivery-ca-file", AUTHORITY.file)

SIGNED = {"Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
          "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")}
SIGNED["UnsubscribeConfirmation"] = SIGNED["SubscriptionConfirmation"]


def policy(**retries):
    return json.dumps({"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 0, **retries}})


def verify(bench, message, algorithm):
    status, pem = bench.get(message["SigningCertURL"][len(bench.process.url):])
    assert status == 200
    text = "".join(f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"]] if name in message)
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    key.verify(decoded(message["Signature"]), text.encode(), padding.PKCS1v15(), algorithm)


def subscribe(bench, topic, endpoint, **attributes):
    """Subscribes and confirms as an endpoint does; the subscription's ARN."""
    arn = bench.sns.subscribe(TopicArn=topic, Protocol=endpoint.scheme, Endpoint=endpoint.url, Attributes=attributes,
                              ReturnSubscriptionArn=True)["SubscriptionArn"]
    with urllib.request.urlopen(endpoint.next("SubscriptionConfirmation").json["SubscribeURL"]) as answer:
        assert arn in answer.read().decode()
    return arn


def metric(bench, name):
    _, text = bench.get("/metrics")
    return next(int(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " "))


def sns_18_confirmation(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        answer = bench.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url, ReturnSubscriptionArn=True)
        bench.sns.publish(TopicArn=topic, Message="too early")
        request = endpoint.next("SubscriptionConfirmation")
        headers, message = request.headers, request.json
        assert request.path == "/hook?from=tern", request.path
        assert headers["Content-Type"] == "text/plain; charset=UTF-8"
        assert headers["User-Agent"] == "Amazon Simple Notification Service Agent"
        assert headers["Host"] == f"127.0.0.1:{endpoint.port}"
        assert headers["x-amz-sns-topic-arn"] == topic == message["TopicArn"]
        assert headers["x-amz-sns-message-id"] == message["MessageId"]
        assert headers["x-amz-sns-subscription-arn"] is None
        assert headers["Accept-Encoding"] == "gzip,deflate"
        assert message["Type"] == "SubscriptionConfirmation"
        assert message["SubscribeURL"] == (f"{bench.process.url}/?Action=ConfirmSubscription&TopicArn={topic}"
                                           f"&Token={message['Token']}")
        verify(bench, message, hashes.SHA1())
        pending = bench.sns.get_subscription_attributes(SubscriptionArn=answer["SubscriptionArn"])["Attributes"]
        assert pending["PendingConfirmation"] == "true"

        with urllib.request.urlopen(message["SubscribeURL"]) as confirmed:
            assert answer["SubscriptionArn"] in confirmed.read().decode()
        bench.sns.publish(TopicArn=topic, Message="in time")
        assert endpoint.next("Notification").json["Message"] == "in time"
        confirmed = bench.sns.get_subscription_attributes(SubscriptionArn=answer["SubscriptionArn"])["Attributes"]
        assert confirmed["PendingConfirmation"] == "false"


def sns_18_confirmation_by_token(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        bench.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
        token = endpoint.next("SubscriptionConfirmation").json["Token"]
        bench.sns.confirm_subscription(TopicArn=topic, Token=token)
        bench.sns.publish(TopicArn=topic, Message="x")
        endpoint.next("Notification")


def sns_23_notification(bench):
    for version, algorithm in (("1", hashes.SHA1()), ("2", hashes.SHA256())):
        topic = bench.topic(SignatureVersion=version)
        with Endpoint() as endpoint:
            arn = subscribe(bench, topic, endpoint)
            sent = bench.sns.publish(TopicArn=topic, Message='say "hä"', Subject="News", MessageAttributes={
                "n": {"DataType": "Number", "StringValue": "1"}})
            request = endpoint.next("Notification")
            headers, message = request.headers, request.json
            assert headers["x-amz-sns-message-id"] == sent["MessageId"] == message["MessageId"]
            assert headers["x-amz-sns-topic-arn"] == topic
            assert headers["x-amz-sns-subscription-arn"] == arn
            assert headers["x-amz-sns-rawdelivery"] is None
            assert message["Message"] == 'say "hä"' and message["Subject"] == "News"
            assert message["SignatureVersion"] == version
            assert message["MessageAttributes"] == {"n": {"Type": "Number", "Value": "1"}}
            assert urllib.parse.urlparse(message["UnsubscribeURL"]).query.endswith(arn)
            verify(bench, message, algorithm)


def sns_23_raw_and_content_type(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        request_policy = json.dumps({"requestPolicy": {"headerContentType": "application/json"}})
        subscribe(bench, topic, endpoint, RawMessageDelivery="true", DeliveryPolicy=request_policy)
        bench.sns.publish(TopicArn=topic, Message='{"a": 1}')
        request = endpoint.next("Notification")
        assert request.body == '{"a": 1}'
        assert request.headers["x-amz-sns-rawdelivery"] == "true"
        assert request.headers["Content-Type"] == "application/json", request.headers["Content-Type"]


def sns_23_requests_are_plain_text(bench):
    """Whatever the policies say of notifications."""
    topic = bench.topic(DeliveryPolicy='{"http":{"defaultRequestPolicy":{"headerContentType":"application/json"}}}')
    with Endpoint() as endpoint:
        arn = bench.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url,
                                  ReturnSubscriptionArn=True)["SubscriptionArn"]
        request = endpoint.next("SubscriptionConfirmation")
        bench.sns.confirm_subscription(TopicArn=topic, Token=request.json["Token"])
        bench.sns.publish(TopicArn=topic, Message="x")
        assert endpoint.next("Notification").headers["Content-Type"] == "application/json"
        bench.sns.unsubscribe(SubscriptionArn=arn)
        for other in (request, endpoint.next("UnsubscribeConfirmation")):
            assert other.headers["Content-Type"] == "text/plain; charset=UTF-8", other.headers["Content-Type"]


def sns_23_message_of_the_protocol(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        subscribe(bench, topic, endpoint)
        bench.sns.publish(TopicArn=topic, MessageStructure="json",
                          Message=json.dumps({"default": "for all", "http": "for http"}))
        message = endpoint.next("Notification").json
        assert message["Message"] == "for http"
        verify(bench, message, hashes.SHA1())


def sns_23_filters(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        subscribe(bench, topic, endpoint, FilterPolicy='{"colour": ["red"]}')
        for colour in ("blue", "red"):
            bench.sns.publish(TopicArn=topic, Message=colour, MessageAttributes={
                "colour": {"DataType": "String", "StringValue": colour}})
        assert endpoint.next("Notification").json["Message"] == "red"


def sns_23_retries_with_backoff(bench):
    topic = bench.topic()
    retried = metric(bench, "tern_endpoint_deliveries_retried_total")
    with Endpoint(500, 503, 429) as endpoint:
        subscribe(bench, topic, endpoint, DeliveryPolicy=policy(numRetries=3, numNoDelayRetries=1))
        bench.sns.publish(TopicArn=topic, Message="x")
        attempts = [endpoint.next("Notification") for _ in range(4)]
        assert len({attempt.headers["x-amz-sns-message-id"] for attempt in attempts}) == 1
        waits = [after.at - before.at for before, after in zip(attempts, attempts[1:])]
        assert waits[1] > 0.9 and waits[2] > 0.9, waits
        assert endpoint.requests.empty()
    assert metric(bench, "tern_endpoint_deliveries_retried_total") == retried + 3


def sns_23_topics_policy(bench):
    topic = bench.topic()
    bench.sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue=json.dumps(
        {"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 1}}}))
    with Endpoint(500) as endpoint:
        subscribe(bench, topic, endpoint)
        bench.sns.publish(TopicArn=topic, Message="x")
        first, second = (endpoint.next("Notification") for _ in range(2))
        assert 0.9 < second.at - first.at < 15


def sns_23_dead_letters(bench):
    """After the retries; without any for what no retry would change."""
    for status, attempts in ((500, 2), (404, 1), (301, 1)):
        topic = bench.topic()
        url, arn = bench.queue()
        with Endpoint(status=status) as endpoint:
            subscribe(bench, topic, endpoint, DeliveryPolicy=policy(numRetries=1, numNoDelayRetries=1),
                      RedrivePolicy=json.dumps({"deadLetterTargetArn": arn}))
            sent = bench.sns.publish(TopicArn=topic, Message="x")["MessageId"]
            message = json.loads(bench.bodies(url)[0])
            assert message["MessageId"] == sent and message["Type"] == "Notification"
            verify(bench, message, hashes.SHA1())
            assert endpoint.requests.qsize() == attempts, (status, endpoint.requests.qsize())


def sns_23_nobody_listens(bench):
    topic = bench.topic()
    url, arn = bench.queue()
    with Endpoint() as endpoint:
        subscribe(bench, topic, endpoint, DeliveryPolicy=policy(), RawMessageDelivery="true",
                  RedrivePolicy=json.dumps({"deadLetterTargetArn": arn}))
    bench.sns.publish(TopicArn=topic, Message="x")
    assert bench.bodies(url) == ["x"]


def sns_23_unsubscribe_confirmation(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        arn = subscribe(bench, topic, endpoint)
        bench.sns.unsubscribe(SubscriptionArn=arn)
        bench.sns.publish(TopicArn=topic, Message="not for you")
        request = endpoint.next("UnsubscribeConfirmation")
        assert request.headers["x-amz-sns-subscription-arn"] == arn
        assert request.json["Type"] == "UnsubscribeConfirmation" and arn in request.json["Message"]
        verify(bench, request.json, hashes.SHA1())


def sns_17_whoever_hangs_up_has_unsubscribed(bench):
    topic = bench.topic()
    with Endpoint() as endpoint:
        for _ in range(10):
            arn = subscribe(bench, topic, endpoint)
            with socket.create_connection(bench.process.address) as connection:
                connection.sendall(f"GET /?Action=Unsubscribe&SubscriptionArn={arn} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            endpoint.next("UnsubscribeConfirmation")
        assert bench.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def sns_18_a_token_brings_a_subscription_back(bench):
    topic = bench.topic()
    _, dead = bench.queue()
    with Endpoint() as endpoint:
        arn = subscribe(bench, topic, endpoint, RawMessageDelivery="true", FilterPolicy='{"a": {"b": ["c"]}}',
                        FilterPolicyScope="MessageBody", DeliveryPolicy=policy(),
                        RedrivePolicy=json.dumps({"deadLetterTargetArn": dead}))
        told = lambda arn: {name: value for name, value in bench.sns.get_subscription_attributes(SubscriptionArn=arn)[
            "Attributes"].items() if name not in ("SubscriptionArn", "ConfirmationWasAuthenticated")}
        before = told(arn)
        bench.sns.unsubscribe(SubscriptionArn=arn)
        goodbye = endpoint.next("UnsubscribeConfirmation").json
        bench.process.kill()
        bench.process.start()
        confirm = lambda: bench.sns.confirm_subscription(TopicArn=topic, Token=goodbye["Token"])["SubscriptionArn"]
        restored = confirm()
        assert restored.startswith(topic + ":") and confirm() == restored
        assert told(restored) == before, told(restored)
        bench.sns.publish(TopicArn=topic, Message='{"a":{"b":"x"}}')
        bench.sns.publish(TopicArn=topic, Message='{"a":{"b":"c"}}')
        assert endpoint.next("Notification").body == '{"a":{"b":"c"}}'
        # The topic's end is the end of its tokens.
        bench.sns.delete_topic(TopicArn=topic)
        bench.sns.create_topic(Name=topic.rsplit(":", 1)[1])
        refused("InvalidParameter", "Invalid parameter: Token", bench.sns.confirm_subscription, TopicArn=topic,
                Token=goodbye["Token"])


def sns_23_one_that_hangs_holds_up_no_other(bench):
    topic = bench.topic()
    with Endpoint(status=None) as hangs, Endpoint() as works:
        for endpoint in (hangs, works):
            subscribe(bench, topic, endpoint, DeliveryPolicy=policy())
        for number in range(50):
            bench.sns.publish(TopicArn=topic, Message=str(number))
        got = {works.next("Notification").json["Message"] for _ in range(50)}
        assert got == {str(number) for number in range(50)}
        # Ten at once, three seconds each: the other has its fifty before this one has been tried with all.
        assert hangs.requests.qsize() < 50


def sns_23_no_answer_is_a_failure(bench):
    topic = bench.topic()
    with Endpoint(None) as endpoint:
        subscribe(bench, topic, endpoint, DeliveryPolicy=policy(numRetries=1, numNoDelayRetries=1))
        bench.sns.publish(TopicArn=topic, Message="x")
        first, second = (endpoint.next("Notification") for _ in range(2))
        assert second.at - first.at > 2.5


def sns_23_survives_kill(bench):
    """What waits for a retry, and what had not been tried, comes after a kill -9."""
    topic = bench.topic()
    with Endpoint(status=503) as endpoint:
        subscribe(bench, topic, endpoint, DeliveryPolicy=policy(numRetries=100))
        for number in range(20):
            bench.sns.publish(TopicArn=topic, Message=str(number))
        for _ in range(5):
            endpoint.next("Notification")
        bench.process.kill()
        endpoint.status = 200
        while not endpoint.requests.empty():
            endpoint.requests.get()
        bench.process.start()
        got = set()
        while len(got) < 20:
            got.add(endpoint.next("Notification").json["Message"])
        assert got == {str(number) for number in range(20)}


def sns_23_other_machines_are_refused(bench):
    topic = bench.topic()
    for address in ("10.0.0.1", "169.254.169.254", "0.0.0.0", "[::ffff:10.0.0.1]", "[fd00::1]"):
        refused("InvalidParameter", "Invalid parameter: Endpoint Reason: …", bench.sns.subscribe, TopicArn=topic,
                Protocol="http", Endpoint=f"http://{address}:80/")
    failed = metric(bench, "tern_endpoint_deliveries_failed_total")
    # A name that is looked up, as far as anybody knows before: 10.0.0.1 as one number.
    bench.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://167772161/")
    deadline = time.monotonic() + 20
    while metric(bench, "tern_endpoint_deliveries_failed_total") == failed:
        assert time.monotonic() < deadline


def sns_23_https(bench):
    topic = bench.topic()
    with Endpoint(tls=AUTHORITY.server()) as endpoint:
        subscribe(bench, topic, endpoint)
        bench.sns.publish(TopicArn=topic, Message="x")
        verify(bench, endpoint.next("Notification").json, hashes.SHA1())


def sns_23_https_of_strangers(bench):
    """A certificate of another authority, and one for another address: nothing is told to either."""
    stranger = Authority(pathlib.Path(FOLDER.name), "stranger")
    for tls in (stranger.server(), AUTHORITY.server("127.0.0.2")):
        topic = bench.topic()
        url, arn = bench.queue()
        with Endpoint(tls=tls) as endpoint:
            subscription = bench.sns.subscribe(
                TopicArn=topic, Protocol="https", Endpoint=endpoint.url, ReturnSubscriptionArn=True,
                Attributes={"DeliveryPolicy": policy(), "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn})})
            bench.sns.confirm_subscription(TopicArn=topic, Token=bench.token_of(subscription["SubscriptionArn"]))
            bench.sns.publish(TopicArn=topic, Message="secret")
            assert json.loads(bench.bodies(url)[0])["Message"] == "secret"
            assert endpoint.requests.empty()


def sns_23_in_flight_ends(bench):
    deadline = time.monotonic() + 20
    while metric(bench, "tern_endpoint_deliveries_in_flight") > 0:
        assert time.monotonic() < deadline
