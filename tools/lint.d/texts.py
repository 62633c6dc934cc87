"""What no file says: paths of somebody's machine, unfinished business, sleeps in tests, links to nowhere."""

import os
import re

from source import Finding

# Spelt with brackets, so that this file does not find itself.
MACHINE_PATH = r"(?<![\w.~])/(?:wor[k]|roo[t]|farm|hom[e]/(?!somebody\b)\w+|Users/\w+)/|\.librar[y]/"
UNFINISHED = r"\b(?:TO[D]O|FIX[M]E|XX[X])\b"
SLEEP = r"(?<![.>\w])(?:sleep_fo[r]|sleep_unti[l]|uslee[p]|nanoslee[p])\b|\btime\.slee[p]\b|\bsetTimeou[t]\(|^\s*slee[p] [\d.$]"
# Where a timer is what the code is about: the client's backoff, the chat's "is typing".
TIMERS = ("clients/js/src/", "clients/chat/")
SPACE = r"[ \t]+$"
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


def links(root, file):
    """Relative links in Markdown lead to files that exist."""
    for match in LINK.finditer(file.text):
        target = match.group(1).split("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        if not os.path.exists(os.path.normpath(root / os.path.dirname(file.path) / target)):
            yield Finding(file.path, file.line_of(match.start()), f"the link to {target} leads nowhere")


def check(root, files):
    for file in files:
        yield from file.find(MACHINE_PATH, "the path of a machine", code=False)
        yield from file.find(UNFINISHED, "unfinished business: finish it, or file it", code=False)
        if file.path.startswith(("tests/", "clients/")) and not file.path.startswith(TIMERS):
            yield from file.find(SLEEP, "tests wait for events or move a manual clock, they do not sleep")
        if file.is_cpp or file.path.endswith((".py", ".build", ".js", ".ts", ".css", ".html")):
            yield from file.find(SPACE, "blanks at the end of a line", code=False)
        if file.path.endswith(".md"):
            yield from links(root, file)
        if file.text and not file.text.endswith("\n"):
            yield Finding(file.path, file.text.count("\n") + 1, "no newline at the end of the file")
