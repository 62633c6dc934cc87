"""Runs the tests of a file: functions named after the item that they check. One that takes `client` runs in both
protocols. Prints what fails, and `N passed, N failed`."""

import inspect
import itertools
import sys
import time
import traceback

from broker import Broker
from clients import JsonClient, QueryClient, REGION

_numbers = itertools.count(1)


class Bench:
    """What tests work with: brokers that all of them share, and names that none of them share."""

    def __init__(self):
        self.brokers = {}

    def broker(self, *options):
        if options not in self.brokers:
            self.brokers[options] = Broker(*options)
        return self.brokers[options]

    def name(self, suffix=""):
        return f"queue-{next(_numbers)}{suffix}"

    def queue(self, client, suffix="", **attributes):
        return client.call("CreateQueue", QueueName=self.name(suffix), Attributes=attributes)["QueueUrl"]

    def fifo(self, client, **attributes):
        return self.queue(client, ".fifo", FifoQueue="true", **attributes)

    def end(self):
        for broker in self.brokers.values():
            broker.end()


def eventually(look, seconds=20):
    """What `look` gives, once it gives something. Each look is a request, which takes its time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not come")
    return found


def attributes(client, url, *names):
    return client.call("GetQueueAttributes", QueueUrl=url, AttributeNames=list(names or ["All"])).get("Attributes", {})


def receive(client, url, **parameters):
    return client.call("ReceiveMessage", QueueUrl=url, **parameters).get("Messages", [])


def arn_of(url, region=REGION):
    account, name = url.split("/")[-2:]
    return f"arn:aws:sqs:{region}:{account}:{name}"


def run(*modules):
    bench = Bench()
    passed = failed = 0
    wanted = sys.argv[1:]
    try:
        for module in modules:
            for name, test in inspect.getmembers(module, inspect.isfunction):
                if test.__module__ != module.__name__ or not name.startswith("sqs_") or (wanted and name not in wanted):
                    continue
                takes_client = "client" in inspect.signature(test).parameters
                for kind in (JsonClient, QueryClient) if takes_client else (None,):
                    try:
                        if kind:
                            test(bench, kind(bench.broker()))
                        else:
                            test(bench)
                        passed += 1
                    except Exception:
                        failed += 1
                        print(f"FAILED {name} {kind.name if kind else ''}")
                        traceback.print_exc(file=sys.stdout)
    finally:
        bench.end()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
