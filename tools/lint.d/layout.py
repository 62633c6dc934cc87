"""How a source file is laid out: its size, #pragma once, and the co_await rule."""

import re

from source import Finding

LINES_WARNED = 400
LINES_MAX = 500
SIZED = (".cpp", ".hpp", ".h", ".py", ".js", ".ts", ".css", ".sh")


def size(file):
    lines = file.text.count("\n")
    if lines > LINES_MAX:
        yield Finding(file.path, LINES_MAX, f"{lines} lines, at most {LINES_MAX}: which idea wants a file of its own?")
    elif lines > LINES_WARNED:
        yield Finding(file.path, LINES_WARNED, f"{lines} lines: getting long", "warning")


def pragma_once(file):
    if file.path.endswith((".hpp", ".h")) and not re.search(r"^#pragma once$", file.code, re.M):
        yield Finding(file.path, 1, "a header begins with #pragma once")


def co_await(file):
    """g++ 12 destroys some temporaries of a co_await expression twice, so nothing is constructed inside one: no { and
    no [ between co_await and the end of its statement, or of the condition that it stands in."""
    for match in re.finditer(r"\bco_await\b", file.code):
        depth = 0
        for character in file.code[match.end():]:
            if character in "{[":
                yield Finding(file.path, file.line_of(match.start()),
                              f"`{character}` inside a co_await expression: name the value on the line above")
                break
            depth += (character == "(") - (character == ")")
            if character == ";" or depth < 0:
                break


def silenced_warnings(file):
    """A silenced warning carries its reason on the same line or the one above."""
    lines = file.text.split("\n")
    for number, line in enumerate(lines, 1):
        if re.search(r"#pragma (?:GCC|clang) diagnostic ignored|\bNOLINT", line):
            above = lines[number - 2].strip() if number > 1 else ""
            after = line.split("NOLINT", 1)[-1] if "NOLINT" in line else line
            if not (above.startswith("//") or re.search(r"//|: \w|- \w", after)):
                yield Finding(file.path, number, "a silenced warning needs its reason in a comment")


def check(_, files):
    for file in files:
        if file.path.endswith(SIZED):
            yield from size(file)
        if file.is_cpp:
            yield from pragma_once(file)
            yield from co_await(file)
            yield from silenced_warnings(file)
