#!/usr/bin/env python3
"""Runs the tests that take a number, such as --seeds, with another number: run_longer.py BUILD --seeds 1000000.

Which tests those are, the build folder knows: they have the option in their command. Prints "N passed, N failed" last."""

import json
import os
import subprocess
import sys


def with_number(command, option, number):
    """The command with the option's value replaced; None when it does not take the option."""
    if option not in command[:-1]:
        return None
    position = command.index(option)
    return [*command[: position + 1], number, *command[position + 2 :]]


def chosen(build, wanted):
    listed = subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, check=True, text=True)
    for test in json.loads(listed.stdout):
        command = test["cmd"]
        for option, number in wanted:
            command = with_number(command, option, number) or command
        if command != test["cmd"]:
            yield test, command


def main(build, arguments):
    wanted = list(zip(arguments[::2], arguments[1::2]))
    passed = failed = 0
    for test, command in chosen(build, wanted):
        print(f"== {test['name']}: {' '.join(command)}", flush=True)
        ended = subprocess.run(command, cwd=test["workdir"] or build, env=os.environ | test["env"], check=False)
        passed += ended.returncode == 0
        failed += ended.returncode != 0
    if not passed + failed:
        print(f"no test takes {' or '.join(option for option, _ in wanted)}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
