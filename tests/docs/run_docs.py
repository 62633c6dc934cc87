#!/usr/bin/env python3
"""Runs what the documents tell people to type, against real programs in a temporary folder.

Every ```console block is typed into one shell a document: lines that begin with "$ " are commands (continued by lines
that begin with "> "), the lines below a command are what it should print. A command must end well; where output is
shown it must match, with "..." for anything, alone on a line for any number of lines, and blanks counted as one.
A block ```console broker holds a command that stays, and is left running once it has printed what is shown (or a line
with the broker's address). A document without such a block finds a broker running. A block ```console needs PROGRAM is
left out, and said to be, where there is no such program. Ports of the documents are replaced by free ones; ./tools/run
starts the programs that were built already; pidof knows this document's broker only. Programs of the system come first
in PATH: python3 is the one for which the packages of tools/setup are."""

import argparse
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

NATIVE_PORT, HTTP_PORT = "4565", "4566"
OTHER_PORTS = ("9324", "4100")  # where other servers of SQS listen
COMMAND_SECONDS_MAX = 180
READY_SECONDS_MAX = 30


@dataclass
class Command:
    line: int
    text: str
    stays: bool
    needs: str = ""
    shown: list = field(default_factory=list)


def commands_of(document):
    """The commands of a document's console blocks, in order."""
    found, block = [], None
    for number, line in enumerate(document.read_text().split("\n"), 1):
        fence = re.match(r"\s*```(.*)$", line)
        if fence:
            words = fence.group(1).split()
            block = words if block is None and words[:1] == ["console"] else (None if block is not None else block)
            current = None
            continue
        if block is None:
            continue
        if line.startswith("$ "):
            current = Command(number, line[2:], "broker" in block, block[2] if block[1:2] == ["needs"] else "")
            found.append(current)
        elif current and not current.shown and line.startswith("> "):
            current.text += "\n" + line[2:]
        elif current and not current.shown and current.text.endswith("\\"):
            current.text += "\n" + line
        elif current:
            current.shown.append(line)
    return found


def matches(shown, printed):
    """Whether the printed lines are what is shown, `...` and blanks taken loosely."""
    wanted = [" ".join(line.split()) for line in shown if line.strip()]
    lines = [" ".join(line.split()) for line in printed if line.strip()]
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n" for line in wanted)
    return re.fullmatch(pattern, "".join(line + "\n" for line in lines)) is not None


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Process:
    """A child whose output is read line by line, with a time-out."""

    def __init__(self, arguments, folder, environment):
        self.child = subprocess.Popen(arguments, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def read_until(self, done, seconds):
        """The lines up to the one that `done` accepts; (lines, None) when the time or the output ends before."""
        deadline, read = time.monotonic() + seconds, []
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self.lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            if done(read, line):
                return read, line
            read.append(line)
        return read, None

    def end(self):
        for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if self.child.poll() is None:
                try:
                    os.killpg(self.child.pid, number)
                    self.child.wait(seconds)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue


class Session:
    """One document's shell, its broker, and the folder in which they work."""

    def __init__(self, programs, folder):
        self.folder = pathlib.Path(folder)
        theirs = (NATIVE_PORT, HTTP_PORT, *OTHER_PORTS)
        self.ports = dict(zip(theirs, free_ports(len(theirs))))
        self.native, self.http = self.ports[NATIVE_PORT], self.ports[HTTP_PORT]
        self.brokers = []
        for path in ("bin", "tools", "shims", "home"):
            (self.folder / path).mkdir()
        for program in programs:
            os.symlink(program, self.folder / "bin" / program.name)
        self._script("tools/run", 'exec bin/ternd "$@"')
        self._script("shims/pidof", f'cat "{self.folder}/broker.pid"')
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TERN_")} | {
            "HOME": str(self.folder / "home"), "XDG_DATA_HOME": str(self.folder / "home/data"), "XDG_CONFIG_HOME": str(self.folder / "home/config"),
            "TERN_LISTEN": f"127.0.0.1:{self.native}", "TERN_HTTP": f"127.0.0.1:{self.http}", "TERN_SERVER": f"127.0.0.1:{self.native}",
            "PATH": f"{self.folder}/shims:/usr/bin:{os.environ['PATH']}", "TERM": "dumb", "LC_ALL": "C.UTF-8",
        }
        self.shell = Process(["bash", "--noprofile", "--norc"], self.folder, self.environment)

    def _script(self, path, line):
        (self.folder / path).write_text(f"#!/bin/sh\n{line}\n")
        (self.folder / path).chmod(0o755)

    def with_our_ports(self, text):
        return re.sub(r":(\d+)\b", lambda port: ":" + self.ports.get(port[1], port[1]), text)

    def with_their_ports(self, text):
        theirs = {ours: port for port, ours in self.ports.items()}
        return re.sub(r":(\d+)\b", lambda port: ":" + theirs.get(port[1], port[1]), text)

    def start(self, command):
        """Starts what stays. What is wrong with it, or nothing."""
        process = Process(["bash", "-c", "exec " + self.with_our_ports(command.text)], self.folder, self.environment)
        self.brokers.append(process)
        (self.folder / "broker.pid").write_text(f"{process.child.pid}\n")
        ready = ((lambda read, line: matches(command.shown, map(self.with_their_ports, [*read, line]))) if command.shown
                 else (lambda read, line: f"127.0.0.1:{self.native}" in line))
        read, last = process.read_until(ready, READY_SECONDS_MAX)
        return None if last is not None else difference(command, [self.with_their_ports(line) for line in read], "it did not become ready")

    def type(self, command):
        """Types a command into the shell. What is wrong with it, or nothing."""
        mark = f"-- end of command {command.line} --"
        self.shell.child.stdin.write(f"{{\n{self.with_our_ports(command.text)}\n}} </dev/null\nprintf '\\n%s %s\\n' '{mark}' $?\n")
        self.shell.child.stdin.flush()
        read, last = self.shell.read_until(lambda _, line: line.startswith(mark), COMMAND_SECONDS_MAX)
        printed = [self.with_their_ports(line) for line in read]
        if last is None:
            return difference(command, printed, "it did not end")
        status = last[len(mark):].strip()
        if status != "0":
            return difference(command, printed, f"it ended with {status}")
        if command.shown and not matches(command.shown, printed):
            return difference(command, printed, "it printed something else")
        return None

    def end(self):
        for process in [self.shell, *self.brokers]:
            process.end()


def difference(command, printed, what):
    lines = [f"$ {command.text}", what]
    if command.shown:
        lines += ["shown:"] + ["  " + line for line in command.shown]
    return "\n".join(lines + ["printed:"] + ["  " + line for line in printed[-40:]])


def without_missing_programs(document, commands, path):
    missing = {command.needs for command in commands if command.needs and not shutil.which(command.needs, path=path)}
    for program in sorted(missing):
        left_out = [command.line for command in commands if command.needs == program]
        print(f"{document}: {len(left_out)} commands from line {left_out[0]} on are left out: there is no {program} here")
    return [command for command in commands if command.needs not in missing]


def run(document, programs):
    """(passed, failed) of the document's commands. The first failure ends it: what follows builds on it."""
    commands = commands_of(document)
    if not commands:
        return 0, 0
    with tempfile.TemporaryDirectory(prefix="tern-docs-", ignore_cleanup_errors=True) as folder:
        session = Session(programs, folder)
        try:
            commands = without_missing_programs(document, commands, session.environment["PATH"])
            if not any(command.stays for command in commands):
                commands.insert(0, Command(0, "./tools/run", True))
            for done, command in enumerate(commands):
                wrong = session.start(command) if command.stays else session.type(command)
                if wrong:
                    print(f"{document}:{command.line}: {wrong}\n")
                    return done, 1
            print(f"{document}: {len(commands)} commands")
            return len(commands), 0
        finally:
            session.end()


def check_matching():
    """The comparison itself must be able to say no."""
    assert matches(["a  b", "..."], ["a b", "c", "d"]) and matches(["1 ... s"], ["1 2 3 s"]) and matches(["...", "z"], ["z"])
    assert not matches(["a"], ["b"]) and not matches(["a"], ["a", "b"]) and not matches(["a", "b"], ["a"]) and not matches(["a...c"], ["ab"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", action="append", type=pathlib.Path, required=True, help="ternd, tern or tern-bench; given for each")
    parser.add_argument("documents", nargs="+", type=pathlib.Path, help="Markdown files, or folders of them")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves by way of every `finally`, so that nothing stays behind
    check_matching()
    programs = [program.resolve() for program in options.program]
    documents = [each for path in options.documents for each in (sorted(path.rglob("*.md")) if path.is_dir() else [path])]
    results = [run(document, programs) for document in documents]
    passed, failed = (sum(column) for column in zip(*results))
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
