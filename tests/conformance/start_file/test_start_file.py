#!/usr/bin/env python3
"""The start file that docs/start-file.md shows, applied by a real broker. Prints "N passed, N failed"."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "signatures"))
from tests import run_tests

TERND = os.environ["TERND"]
EXAMPLE = re.search(r"```toml\n(.*?)```", (pathlib.Path(os.environ["TERN_DOCS"]) / "start-file.md").read_text(), re.S).group(1)


class Place:
    """A data folder and a start file, for brokers one after the other."""

    def __init__(self):
        self.holder = tempfile.TemporaryDirectory(prefix="tern-start-file-")
        self.folder = pathlib.Path(self.holder.name)

    def start(self, contents):
        file = self.folder / "start.toml"
        file.write_text(contents)
        return subprocess.Popen([TERND, "--data", self.folder / "data", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0",
                                 "--start-file", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def with_broker(self, contents, ask=lambda url: None):
        """Runs a broker as long as `ask` does. What it wrote, and what `ask` gave."""
        process = self.start(contents)
        line = process.stdout.readline()
        try:
            ready = re.search(r"http ([\d.]+:\d+)", line)
            assert ready, line + process.stderr.read()
            answer = ask(f"http://{ready.group(1)}")
        finally:
            process.terminate()
            _, log = process.communicate(timeout=30)
        return log, answer


def attributes(queue):
    def ask(url):
        form = urllib.parse.urlencode({"Action": "GetQueueAttributes", "AttributeName.1": "All", "Version": "2012-11-05"})
        with urllib.request.urlopen(f"{url}/000000000000/{queue}?{form}", timeout=30) as answer:
            tree = xml.etree.ElementTree.fromstring(re.sub(r' xmlns="[^"]+"', "", answer.read().decode()))
        return {one.find("Name").text: one.find("Value").text for one in tree.iter("Attribute")}
    return ask


def test_the_example_is_applied_before_the_broker_is_ready(place):
    log, jobs = place.with_broker(EXAMPLE, attributes("jobs"))
    assert jobs["VisibilityTimeout"] == "60", jobs
    redrive = json.loads(jobs["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith(":jobs-dead") and int(redrive["maxReceiveCount"]) == 5, redrive
    for made in ('queue="jobs"', 'queue="jobs-dead"', 'queue="audit.fifo"', 'topic="orders"', 'subscription="orders -> jobs"', "changed=0"):
        assert made in log, (made, log)
    log, fifo = place.with_broker(EXAMPLE, attributes("audit.fifo"))
    assert fifo["FifoQueue"] == "true" and fifo["ContentBasedDeduplication"] == "true", fifo
    assert "made=0 changed=0" in log, log


def test_a_publication_reaches_the_declared_queue_by_its_filter(place):
    def ask(url):
        def call(method, path, body=None, headers={}):
            # urllib would change the case of the attribute's name.
            connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
            connection.request(method, path, body, headers)
            return connection.getresponse().read().decode()
        call("POST", "/topics/orders", b"nobody wants this")
        call("POST", "/topics/orders", b"wanted", {"Tern-Attribute-kind": "paid"})
        return call("GET", "/000000000000/jobs?Action=ReceiveMessage&MaxNumberOfMessages=10&Version=2012-11-05")
    _, received = place.with_broker(EXAMPLE, ask)
    assert ">wanted<" in received and "nobody wants this" not in received, received


def test_what_differs_is_changed_and_told(place):
    place.with_broker(EXAMPLE)
    log, jobs = place.with_broker(EXAMPLE.replace("_seconds = 60", "_seconds = 61"), attributes("jobs"))
    assert jobs["VisibilityTimeout"] == "61"
    assert "changed" in log and "visibility_timeout_seconds" in log, log


def test_a_wrong_file_ends_the_start_with_the_line_and_touches_nothing(place):
    for wrong, sentence in ((EXAMPLE + '\n[[queues]]\nname = "x"\ncolour = "red"\n', 'queue "x": colour is not a field here'),
                            ("[[queues]]\nname = 'a'\ndead_letter_queue = 'none'\nreceive_count_max = 1\n", 'line 1: queue "a":')):
        process = place.start(wrong)
        out, errors = process.communicate(timeout=30)
        assert process.returncode == 2 and "ready" not in out and sentence in errors, (process.returncode, out, errors)
        assert re.search(r"start.toml line \d+: ", errors), errors
    log, _ = place.with_broker(EXAMPLE)
    assert "made=5" in log, log


@contextlib.contextmanager
def a_place():
    place = Place()
    try:
        yield place
    finally:
        place.holder.cleanup()


def main():
    return run_tests(globals(), a_place)


if __name__ == "__main__":
    sys.exit(main())
