"""A real broker (TERND) for a test program: one process, with a data folder of its own."""

import os
import re
import shutil
import subprocess
import tempfile


class Broker:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="tern-aws-")
        self.options = options
        self.http = self.native = "127.0.0.1:0"
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [os.environ["TERND"], "--data", os.path.join(self.folder, "data"), "--listen", self.native, "--http", self.http,
             "--log-level", "warning", *self.options], stdout=subprocess.PIPE, text=True)
        ready = re.search(r"native (\S+), http (\S+),", self.process.stdout.readline())
        if not ready:
            raise RuntimeError("ternd did not start")
        self.native, self.http = ready.groups()

    @property
    def url(self):
        return f"http://{self.http}"

    @property
    def address(self):
        host, port = self.http.split(":")
        return host, int(port)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait() == 0, f"the broker ended with {self.process.returncode}"
        shutil.rmtree(self.folder)
