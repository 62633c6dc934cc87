"""A real broker (the environment variable TERND) with a data folder of its own, for as long as a `with` block."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile


class Broker:
    def __init__(self, configuration, environment=None, options=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tern-signatures-"))
        self.configuration = configuration
        self.environment = environment or {}
        self.options = options

    def __enter__(self):
        file = self.folder / "tern.toml"
        file.write_text(self.configuration)
        words = [os.environ["TERND"], "--config", file, "--data", self.folder / "data", "--listen", "127.0.0.1:0",
                 "--http", "127.0.0.1:0", "--aws-listen", "127.0.0.1:0", *self.options]
        self.errors = open(self.folder / "errors", "w+")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env={**os.environ, **self.environment})
        said = []
        for line in self.process.stdout:
            said.append(line)
            if ready := re.search(r"ready: native [\d.]+:\d+, http ([\d.]+:\d+)", line):
                self.url = f"http://{ready.group(1)}"
                break
        else:
            raise RuntimeError(f"the broker did not start: {''.join(said)}{self.log()}")
        self.aws_url = "http://" + re.search(r'serving AWS requests address="?([\d.]+:\d+)', "".join(said) + self.log()).group(1)
        return self

    def log(self):
        self.errors.flush()
        return (self.folder / "errors").read_text()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.errors.close()
        shutil.rmtree(self.folder)
