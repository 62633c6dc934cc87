#!/usr/bin/env python3
"""Runs files of node:test tests and prints "N passed, N failed, N skipped" as the last line.

Without Node.js, or without the packages of tests/node, that is one failure: what is not run must not look well."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
NODE_MAJOR_MIN = 18
INSTALL = "`tools/setup test` installs it (apt-get, and `npm ci` in tests/node)"


def what_is_missing():
    """Why the tests cannot run, or nothing."""
    node = shutil.which("node")
    if not node:
        return f"Node.js is not installed; {INSTALL}"
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if int(re.match(r"v?(\d*)", version).group(1) or 0) < NODE_MAJOR_MIN:
        return f"Node.js {version} is too old: {NODE_MAJOR_MIN} or later is needed"
    wanted, there = HERE / "package-lock.json", HERE / "node_modules" / "installed-lock.json"
    if not there.is_file() or there.read_bytes() != wanted.read_bytes():
        return f"the packages of tests/node/package-lock.json are not installed; {INSTALL}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="test files")
    options = parser.parse_args()
    if missing := what_is_missing():
        print(f"{missing}\n0 passed, 1 failed")
        return 1

    child = subprocess.Popen(["node", "--test", "--test-reporter=tap", *options.files], stdout=subprocess.PIPE, text=True, errors="replace")
    counts = {}
    for line in child.stdout:
        print(line, end="", flush=True)
        if total := re.match(r"# (pass|fail|cancelled|skipped|todo) (\d+)$", line):
            counts[total.group(1)] = int(total.group(2))
    code = child.wait()
    passed, failed = counts.get("pass", 0), counts.get("fail", 0) + counts.get("cancelled", 0)
    if (code != 0 or passed == 0) and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed, {counts.get('skipped', 0) + counts.get('todo', 0)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
