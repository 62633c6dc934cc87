#!/usr/bin/python3
"""kill -9 under the load of SDKs: a real broker (TERND) is killed ten times at random moments while boto3 sends,
publishes, receives and deletes, and started again with the same data on the same port. Whatever was answered must hold.
Argument: the seed of the moments."""

import pathlib
import random
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import kill9_actors as actors
from clients import JsonClient
from kill9_ledger import VISIBILITY_SECONDS, FifoLedger, Ledger
from kill9_stand import Actor, Stand
from runner import arn_of, eventually

KILLS = 10
ANSWERS_BETWEEN_KILLS = (40, 240)
DEAD_LETTERS, MOVED_PER_SECOND = 120, 15
PROPERTIES = [f"{kind}: {what}" for kind in ("standard", "fifo")
              for what in ("nothing lost", "stored once", "deleted is deleted", "visibility")]
PROPERTIES += ["fifo: order", "fifo: deduplication", "move task", "clients"]


class MoveTask:
    """A dead-letter queue that is on its way back while the broker dies."""

    def __init__(self, stand):
        self.stand, client = stand, JsonClient(stand.broker)
        self.dead = client.call("CreateQueue", QueueName="dead")["QueueUrl"]
        self.source = client.call("CreateQueue", QueueName="source", Attributes={
            "RedrivePolicy": f'{{"deadLetterTargetArn":"{arn_of(self.dead)}","maxReceiveCount":1}}'})["QueueUrl"]
        self.bodies = {f"dead/{number}" for number in range(DEAD_LETTERS)}
        for body in self.bodies:
            client.call("SendMessage", QueueUrl=self.source, MessageBody=body)
        while client.call("ReceiveMessage", QueueUrl=self.source, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages"):
            pass
        client.call("StartMessageMoveTask", SourceArn=arn_of(self.dead), MaxNumberOfMessagesPerSecond=MOVED_PER_SECOND)
        self.moved = self.running_after_restart = 0

    def look(self):
        """The task, which never goes backwards."""
        task, = JsonClient(self.stand.broker).call("ListMessageMoveTasks", SourceArn=arn_of(self.dead))["Results"]
        moved = task["ApproximateNumberOfMessagesMoved"]
        if moved < self.moved or task["Status"] not in ("RUNNING", "COMPLETED"):
            self.stand.fault("move task", f"after {self.moved} messages: {task}")
        self.moved = moved
        return task

    def after_restart(self):
        self.running_after_restart += self.look()["Status"] == "RUNNING"

    def check_end(self):
        eventually(lambda: self.look()["Status"] == "COMPLETED")
        client, came = JsonClient(self.stand.broker), []
        while messages := client.call("ReceiveMessage", QueueUrl=self.source, MaxNumberOfMessages=10).get("Messages"):
            came += [message["Body"] for message in messages]
        if self.moved != DEAD_LETTERS or sorted(came) != sorted(self.bodies) or not self.running_after_restart:
            self.stand.fault("move task", f"{self.moved} moved, {len(came)} came; ran after {self.running_after_restart} restarts")


class Load:
    def __init__(self, stand):
        self.stand = stand
        sqs, sns = stand.client("sqs"), stand.client("sns")
        seconds = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
        fifo = {**seconds, "FifoQueue": "true"}
        self.standard = sqs.create_queue(QueueName="standard", Attributes=seconds)["QueueUrl"]
        self.fifo = sqs.create_queue(QueueName="ordered.fifo", Attributes=fifo)["QueueUrl"]
        held = sqs.create_queue(QueueName="held", Attributes=seconds)["QueueUrl"]
        sqs.send_message(QueueUrl=held, MessageBody="held")
        topic = sns.create_topic(Name="news")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(self.standard), Attributes={"RawMessageDelivery": "true"})
        self.ledger, self.fifo_ledger = Ledger(stand, "standard"), FifoLedger(stand, "fifo")
        self.fifo_senders = [actors.FifoSender(stand, self.fifo_ledger, self.fifo, group) for group in ("a", "b")]
        self.holder = actors.Holder(stand, held)
        self.sent, self.empty = threading.Event(), threading.Event()
        self.producers = [Actor(stand, step, self.sent) for step in (
            actors.sender(stand, self.ledger, self.standard, "sent"), actors.publisher(stand, self.ledger, topic, "published"),
            *(sender.step for sender in self.fifo_senders))]
        self.consumers = [Actor(stand, step, self.empty) for step in (
            *(actors.consumer(stand, self.ledger, self.standard) for _ in range(2)),
            *(actors.consumer(stand, self.fifo_ledger, self.fifo) for _ in range(2)), self.holder.step)]

    def check_end(self):
        """Sending ends, the queues are emptied, and the books are closed."""
        self.sent.set()
        for actor in self.producers:
            actor.join(30)
        client = JsonClient(self.stand.broker)

        def left(url):
            counts = client.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
            return sum(int(count) for name, count in counts.items() if name.startswith("ApproximateNumberOfMessages"))

        eventually(lambda: left(self.standard) + left(self.fifo) == 0 or self.stand.faults)
        self.empty.set()
        for actor in self.consumers:
            actor.join(30)
        self.ledger.check_end()
        self.fifo_ledger.check_end()
        if sum(sender.repeated for sender in self.fifo_senders) < KILLS:
            self.fifo_ledger.fault("deduplication", "it was hardly tried")
        if not self.holder.returns_after_restart:
            self.ledger.fault("visibility", "no timeout went over a restart")


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1 << 32)
    moments, stand = random.Random(seed), Stand()
    try:
        moving, load = MoveTask(stand), Load(stand)
        for _ in range(KILLS):
            stand.await_answers(moments.randint(*ANSWERS_BETWEEN_KILLS))
            stand.kill_and_restart()
            moving.after_restart()
        load.check_end()
        moving.check_end()
    except Exception as error:
        stand.fault("clients", f"{type(error).__name__}: {error}")
    finally:
        stand.up.set()
        stand.broker.end()
    print(f"seed {seed}: {stand.restarts} restarts, {stand.answers} answers, {stand.unanswered} requests without one")
    for property_of, what in stand.faults[:20]:
        print(f"FAILED {property_of}: {what}")
    failed = len({property_of for property_of, _ in stand.faults})
    print(f"{len(PROPERTIES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
