"""A real broker in a temporary folder, and the real `tern` against it."""

import json
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest

TERND = TERN = None  # set by __main__.py
SECONDS_MAX = 60


class Ran:
    """What a run of `tern` gave back."""

    def __init__(self, arguments, completed):
        self.arguments, self.code = arguments, completed.returncode
        self.out_bytes, self.err_bytes = completed.stdout, completed.stderr
        self.out = completed.stdout.decode(errors="replace")
        self.err = completed.stderr.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"tern {' '.join(self.arguments)}\nexit code {self.code}\n{self.out}\n{self.err}"


class Broker:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tern-cli-")
        self.data = pathlib.Path(self.folder.name) / "data"
        self.port = 0
        self.process = None
        self.log_path = pathlib.Path(self.folder.name) / "log"
        self.start()

    def start(self):
        """Starts on a free port; on the same one after a kill."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [TERND, "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--http", "127.0.0.1:0"],
                stdout=subprocess.PIPE, stderr=log)
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            if not select.select([self.process.stdout], [], [], 1)[0]:
                continue
            line = self.process.stdout.readline().decode()
            if not line:
                break
            if found := re.search(r"native \S*?:(\d+)", line):
                self.port = int(found.group(1))
                return
        raise RuntimeError(f"ternd did not become ready: exit code {self.process.poll()}")

    def log(self):
        """What all that ran here have logged."""
        return self.log_path.read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(SECONDS_MAX)
        self.process.stdout.close()
        self.folder.cleanup()


def environment(broker):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TERN_")}
    return kept | {"TERN_SERVER": f"127.0.0.1:{broker.port}" if broker else "127.0.0.1:1"}


def command(*arguments):
    return [TERN, *map(str, arguments)]


def close(process):
    """Leaves nothing behind, however the test ended."""
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        stream.close()


class BrokerTest(unittest.TestCase):
    """Each class has a broker of its own; each test a queue name of its own."""

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()

    def setUp(self):
        self.queue = re.sub(r"\W", "-", self.id().split(".")[-1])[:70]

    def tern(self, *arguments, input=b"", code=0):
        """Runs `tern`, and expects its exit code."""
        completed = subprocess.run(command(*arguments), input=input, capture_output=True, timeout=SECONDS_MAX,
                                   env=environment(self.broker))
        ran = Ran(list(map(str, arguments)), completed)
        self.assertEqual(ran.code, code, str(ran))
        return ran

    def start_tern(self, *arguments, **options):
        return subprocess.Popen(command(*arguments), env=environment(self.broker), **options)

    def counts(self, queue=None):
        shown = self.tern("queue", "show", queue or self.queue, "--json").json
        return shown["visible"], shown["in_flight"], shown["delayed"]

    def wait_until(self, condition, what):
        deadline = time.monotonic() + SECONDS_MAX
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain until {what}")
            select.select([], [], [], 0.02)
