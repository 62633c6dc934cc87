"""What a queue promised its clients by its answers, and whether what it hands over keeps to that. `property_of` names
the promise that was broken."""

import threading

from kill9_stand import now

VISIBILITY_SECONDS = 3
CLOCK_SECONDS = 0.01  # the broker counts in milliseconds, by the wall's clock where the process begins


class Ledger:
    """Bodies are the names of messages: no two sends have the same, unless they repeat one another."""

    def __init__(self, stand, property_prefix):
        self.stand, self.prefix = stand, property_prefix
        self.lock = threading.RLock()
        self.offered, self.acknowledged, self.ids = set(), set(), {}
        self.received, self.deleting, self.deleted = {}, set(), {}

    def fault(self, property_of, what):
        self.stand.fault(f"{self.prefix}: {property_of}", what)

    def offer(self, body):
        with self.lock:
            self.offered.add(body)

    def acknowledge(self, body, message_id):
        with self.lock:
            self.acknowledged.add(body)
            if message_id:
                self.identify(body, message_id)

    def identify(self, body, message_id):
        if self.ids.setdefault(body, message_id) != message_id:
            self.fault("stored once", f"{body} has the ids {self.ids[body]} and {message_id}")

    def receive(self, messages, asked_at):
        """Messages of one answer, to a request that was begun at `asked_at`."""
        with self.lock:
            for index, message in enumerate(messages):
                body = message["Body"]
                if body not in self.offered:
                    self.fault("nothing lost", f"{body!r} was sent by nobody")
                self.identify(body, message["MessageId"])
                if self.deleted.get(body, asked_at) < asked_at:
                    self.fault("deleted is deleted", f"{body} came again")
                if now() < self.received.get(body, -VISIBILITY_SECONDS) + VISIBILITY_SECONDS - CLOCK_SECONDS:
                    self.fault("visibility", f"{body} came again before its time")
                self.received[body] = asked_at
                self.check_order(body, [each["Body"] for each in messages[:index]])

    def check_order(self, body, before):
        """Standard queues promise none."""

    def begin_delete(self, body):
        with self.lock:
            self.deleting.add(body)

    def acknowledge_delete(self, body):
        with self.lock:
            self.deleted[body] = now()

    def check_end(self):
        """Once the queue is empty, all that it took has been handed over."""
        for body in self.acknowledged - self.received.keys():
            self.fault("nothing lost", f"{body} was acknowledged and never came")


class FifoLedger(Ledger):
    """Bodies are GROUP/NUMBER; a group's producer sends them one by one, from 0."""

    def check_order(self, body, before):
        group, number = body.split("/")
        for earlier in range(int(number)):
            name = f"{group}/{earlier}"
            if name not in self.deleting and name not in before:
                self.fault("order", f"{body} came before {name} was gone")
                return
