"""Clients of a broker that dies now and then. Each `step` is what one of them does over and over."""

import itertools

import botocore.exceptions

from kill9_ledger import VISIBILITY_SECONDS
from kill9_stand import now

# How a FIFO queue refuses the delete of what may have gone to somebody else meanwhile (docs/aws.md sqs-30).
LATE = ("ReceiptHandleIsInvalid", "InvalidParameterValue")


def sender(stand, ledger, url, name):
    """Sends to a standard queue. What is not answered is not repeated: it may be there or not."""
    sqs, numbers = stand.client("sqs"), itertools.count()

    def step():
        body = f"{name}/{next(numbers)}"
        ledger.offer(body)
        if answer := stand.ask(sqs.send_message, QueueUrl=url, MessageBody=body):
            ledger.acknowledge(body, answer["MessageId"])

    return step


def publisher(stand, ledger, topic, name):
    """Publishes to a topic to which the standard queue is subscribed, raw."""
    sns, numbers = stand.client("sns"), itertools.count()

    def step():
        body = f"{name}/{next(numbers)}"
        ledger.offer(body)
        if stand.ask(sns.publish, TopicArn=topic, Message=body):
            ledger.acknowledge(body, None)

    return step


class FifoSender:
    """Sends a group's messages, each until it is acknowledged. After each restart it sends once more what was
    acknowledged before, which must be answered alike."""

    def __init__(self, stand, ledger, url, group):
        self.stand, self.ledger, self.url, self.group = stand, ledger, url, group
        self.sqs, self.numbers = stand.client("sqs"), itertools.count()
        self.restarts = self.repeated = 0
        self.last = None

    def send(self, body):
        answer = self.stand.insist(self.sqs.send_message, QueueUrl=self.url, MessageBody=body, MessageGroupId=self.group,
                                   MessageDeduplicationId=body)
        return answer["MessageId"], int(answer["SequenceNumber"])

    def step(self):
        if self.last and self.restarts != self.stand.restarts:
            self.restarts = self.stand.restarts
            body, answer = self.last
            again = self.send(body)
            self.repeated += 1
            if again != answer:
                self.ledger.fault("deduplication", f"{body} was answered with {answer}, then with {again}")
        body = f"{self.group}/{next(self.numbers)}"
        self.ledger.offer(body)
        answer = self.send(body)
        self.ledger.acknowledge(body, answer[0])
        if self.last and answer[1] <= self.last[1][1]:
            self.ledger.fault("order", f"{body} has the sequence number {answer[1]} after {self.last[1][1]}")
        self.last = body, answer


def consumer(stand, ledger, url):
    """Receives and deletes. A delete is repeated until it is answered; a FIFO queue may say that it comes too late."""
    sqs = stand.client("sqs")

    def delete(message):
        ledger.begin_delete(message["Body"])
        try:
            stand.insist(sqs.delete_message, QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            ledger.acknowledge_delete(message["Body"])
        except botocore.exceptions.ClientError as error:
            if not url.endswith(".fifo") or error.response["Error"]["Code"] not in LATE:
                raise

    def step():
        asked_at = now()
        answer = stand.ask(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=5, WaitTimeSeconds=1)
        messages = (answer or {}).get("Messages", [])
        ledger.receive(messages, asked_at)
        for message in messages:
            delete(message)

    return step


class Holder:
    """Receives the only message of a queue again and again and never deletes it. It must not come before the visibility
    timeout has passed since the last receive, and every receive that is begun later must give it."""

    def __init__(self, stand, url):
        self.stand, self.url, self.sqs = stand, url, stand.client("sqs")
        self.not_before = self.due = 0
        self.returns_after_restart = self.restarts = 0

    def fault(self, what):
        self.stand.fault("standard: visibility", what)

    def step(self):
        asked_at = now()
        answer = self.stand.ask(self.sqs.receive_message, QueueUrl=self.url, WaitTimeSeconds=1)
        if answer is None:  # it may have been taken, and be hidden from now on
            self.due = now() + VISIBILITY_SECONDS
        elif answer.get("Messages"):
            if now() < self.not_before:
                self.fault("the message that is held came before its time")
            self.not_before = asked_at + VISIBILITY_SECONDS - 0.01
            self.due = now() + VISIBILITY_SECONDS
            self.returns_after_restart += self.restarts != self.stand.restarts
            self.restarts = self.stand.restarts
        elif asked_at > self.due + 0.01:
            self.fault("the message that is held was due, and did not come")
