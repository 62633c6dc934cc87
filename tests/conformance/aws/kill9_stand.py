"""A broker that is killed under load, and what its clients know: how often it answered, and what was wrong."""

import threading
import time

import boto3
import botocore.config
import botocore.exceptions

from broker import Broker
from clients import REGION


class Stand:
    def __init__(self):
        self.broker = Broker()
        self.up = threading.Event()
        self.up.set()
        self.changed = threading.Condition()
        self.answers = self.unanswered = self.restarts = 0
        self.faults = []

    def client(self, service):
        """A client that tries nothing twice: what was not answered is for its user to judge."""
        config = botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=10, read_timeout=30)
        return boto3.session.Session().client(service, endpoint_url=self.broker.url, region_name=REGION, aws_access_key_id="test",
                                              aws_secret_access_key="test", config=config)

    def ask(self, call, **parameters):
        """The answer, or nothing when the broker died on the way: then nobody knows whether it was done."""
        self.up.wait()
        try:
            answer = call(**parameters)
        except botocore.exceptions.BotoCoreError:
            answer = None
        with self.changed:
            self.answers += answer is not None
            self.unanswered += answer is None
            self.changed.notify_all()
        return answer

    def insist(self, call, **parameters):
        """The answer, however often it takes."""
        while (answer := self.ask(call, **parameters)) is None:
            pass
        return answer

    def await_answers(self, count, seconds=20):
        with self.changed:
            wanted = self.answers + count
            if not self.changed.wait_for(lambda: self.answers >= wanted or self.faults, seconds):
                raise RuntimeError("the clients get no answers any more")

    def kill_and_restart(self):
        self.up.clear()
        self.broker.kill()
        self.broker.start()
        self.restarts += 1
        self.up.set()

    def fault(self, property_of, what):
        with self.changed:
            self.faults.append((property_of, what))
            self.changed.notify_all()


class Actor(threading.Thread):
    """Does `step` again and again until `ended`. An exception is a fault of its own."""

    def __init__(self, stand, step, ended):
        super().__init__(daemon=True)
        self.stand, self.step, self.ended = stand, step, ended
        self.start()

    def run(self):
        try:
            while not self.ended.is_set():
                self.step()
        except Exception as error:  # whatever it is, it must not be lost with the thread
            self.stand.fault("clients", f"{type(error).__name__}: {error}")


now = time.monotonic
