#!/usr/bin/env python3
"""Counts the test cases of a `meson test` run from its log and prints "N passed, N failed" as the last line.

A doctest program counts as its test cases, a script that closes with such a line of its own as what that says, anything
else as one. A program that ended badly although no case of it failed (a crash, a leak, a time-out) is one failure more.
A second argument is the folder where sanitizers leave their reports: each is printed, and when more were found than tests
failed, they are the failures.
Exit code: 0 when something ran and nothing failed."""

import json
import pathlib
import re
import sys

DOCTEST = re.compile(r"\[doctest\] test cases: +(\d+) \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped")
OWN_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
GOOD, SKIPPED = ("OK", "EXPECTEDFAIL"), ("SKIP",)


def counts(test):
    """(passed, failed, skipped) of one entry of the log."""
    if test["result"] in SKIPPED:
        return 0, 0, 1
    output = COLOURS.sub("", test.get("stdout") or "")
    doctest, own = DOCTEST.findall(output), OWN_LINE.findall(output)
    if doctest:
        passed, failed = (sum(int(run[column]) for run in doctest) for column in (1, 2))
        skipped = 0  # what doctest calls skipped is what the command line filtered out
    elif own:
        passed, failed, skipped = (int(number or 0) for number in own[-1])
    else:
        passed, failed, skipped = int(test["result"] in GOOD), 0, 0
    if test["result"] not in GOOD and failed == 0:
        failed = 1
    return passed, failed, skipped


def finding(report):
    """Whether something was found. LeakSanitizer also complains of threads that end while it looks at them."""
    return any("Unable to get registers from thread" not in line for line in report.read_text(errors="replace").splitlines())


def main(log, reports=None):
    try:
        with open(log, encoding="utf-8") as lines:
            tests = [json.loads(line) for line in lines if line.strip()]
    except OSError:
        tests = []
    passed, failed, skipped = (sum(column) for column in zip(*map(counts, tests))) if tests else (0, 0, 0)
    found = [path for path in sorted(pathlib.Path(reports).glob("*")) if finding(path)] if reports else []
    failed = max(failed, len(found))
    for report in found:
        print(f"== {report}\n{report.read_text(errors='replace')}")
    for test in tests:
        if test["result"] not in GOOD + SKIPPED:
            print(f"{test['name']}: {test['result']}")
        elif test["result"] in SKIPPED:
            print(f"{test['name']}: skipped")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
