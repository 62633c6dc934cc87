"""What tests of SNS work with: a broker that all of them share, clients of it (boto3, and the Query protocol as it stands
on the wire), and names that none of them share. Runs functions named after the item that they check."""

import base64
import http.client
import inspect
import itertools
import json
import re
import sys
import traceback
import urllib.parse
import xml.etree.ElementTree

import boto3
import botocore.config
import botocore.exceptions

from broker import Broker

REGION = "us-east-1"
ACCOUNT = "000000000000"
NAMESPACE = "{http://sns.amazonaws.com/doc/2010-03-31/}"


class Bench:
    def __init__(self, *options):
        self.process = Broker(*options)
        self.numbers = itertools.count(1)
        self.sns = self.client("sns")
        self.sqs = self.client("sqs")

    def client(self, service, region=REGION, access_key="test"):
        config = botocore.config.Config(retries={"max_attempts": 0}, parameter_validation=False)
        return boto3.client(service, endpoint_url=self.process.url, region_name=region, aws_access_key_id=access_key,
                            aws_secret_access_key="test", config=config)

    def name(self, suffix=""):
        return f"name-{next(self.numbers)}{suffix}"

    def topic(self, suffix="", **attributes):
        return self.sns.create_topic(Name=self.name(suffix), Attributes=attributes)["TopicArn"]

    def fifo_topic(self, **attributes):
        return self.topic(".fifo", FifoTopic="true", **attributes)

    def queue(self, suffix="", **attributes):
        """Its URL and its ARN."""
        url = self.sqs.create_queue(QueueName=self.name(suffix), Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{url.rsplit('/', 1)[1]}"

    def subscribed(self, topic, suffix="", **attributes):
        """A new queue that is subscribed: its URL and the subscription's ARN."""
        url, arn = self.queue(suffix, **({"FifoQueue": "true"} if suffix else {}))
        return url, self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)["SubscriptionArn"]

    def receive(self, url, **parameters):
        """All that is there, and at least one message."""
        messages = []
        while found := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
                                                WaitTimeSeconds=0 if messages else 20, AttributeNames=["All"],
                                                **parameters).get("Messages"):
            messages += found
            self.sqs.delete_message_batch(QueueUrl=url, Entries=[
                {"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(found)])
        return messages

    def bodies(self, url):
        return [message["Body"] for message in self.receive(url)]

    def count(self, url):
        return int(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
                   ["Attributes"]["ApproximateNumberOfMessages"])

    def get(self, path):
        connection = http.client.HTTPConnection(*self.process.address, timeout=20)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, body

    def query(self, action, **parameters):
        """The Query protocol by hand: status and XML."""
        form = {"Action": action, "Version": "2010-03-31", **parameters}
        connection = http.client.HTTPConnection(*self.process.address, timeout=20)
        connection.request("POST", "/", urllib.parse.urlencode(form),
                           {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        assert response.headers["Content-Type"].startswith("text/xml"), response.headers["Content-Type"]
        return response.status, xml.etree.ElementTree.fromstring(body)

    def token_of(self, subscription):
        status, body = self.get("/_aws/sns/subscription-tokens/" + subscription)
        assert status == 200, body
        return json.loads(body)["subscription_token"]


def refused(code, text, call, status=400, **parameters):
    """The call must be refused so; text None: any; a text that ends in … may go on."""
    try:
        answer = call(**parameters)
    except botocore.exceptions.ClientError as error:
        response = error.response
        got = response["Error"]["Message"]
        assert response["Error"]["Code"] == code, error
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status, error
        fits = text is None or got == text or (text.endswith("…") and got.startswith(text[:-1]))
        assert fits, f"{got!r} instead of {text!r}"
        return error
    raise AssertionError(f"it was answered with {answer}")


def text_of(element, path):
    found = element.find("/".join(NAMESPACE + part for part in path.split("/")))
    assert found is not None, f"there is no {path}"
    return found.text


def decoded(text):
    return base64.b64decode(text, validate=True)


def run(*modules, options=()):
    bench = Bench(*options)
    passed = failed = 0
    try:
        for module in modules:
            for name, test in inspect.getmembers(module, inspect.isfunction):
                if not re.match(r"sns_\d\d_", name) or (sys.argv[1:] and name not in sys.argv[1:]):
                    continue
                try:
                    test(bench)
                    passed += 1
                except Exception:
                    failed += 1
                    print(f"FAILED {name}")
                    traceback.print_exc(file=sys.stdout)
    finally:
        bench.process.end()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
