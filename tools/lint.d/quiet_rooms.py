"""Below runtime/ there is no thread, socket, clock, random device or log: time and random bits come as arguments.
That is what makes the model test and the simulation possible."""

import re

from source import Finding

QUIET = ("broker/base/", "broker/store/", "broker/engine/")

HEADERS = {
    "thread": "threads", "mutex": "threads", "shared_mutex": "threads", "condition_variable": "threads", "future": "threads",
    "stop_token": "threads", "semaphore": "threads", "latch": "threads", "barrier": "threads", "pthread.h": "threads",
    "random": "a random device", "ctime": "a clock", "time.h": "a clock", "sys/time.h": "a clock", "sys/random.h": "a random device",
    "sys/socket.h": "sockets", "netinet/in.h": "sockets", "poll.h": "sockets", "sys/epoll.h": "sockets",
}
PREFIXES = {"boost/asio": "Asio", "boost/beast": "Beast", "spdlog/": "a log"}
NAMES = {
    r"\b(?:steady_clock|system_clock|high_resolution_clock|gettimeofday|clock_gettime)\b": "a clock",
    r"\b(?:random_device|getrandom|getentropy|arc4random|mt19937(?:_64)?)\b": "a random device",
    r"\bstd::(?:jthread|thread|async|mutex|shared_mutex|condition_variable)\b": "threads",
    r"(?<![\w.>:])s?rand\s*\(": "a random device",
    r"\bstd::time\s*\(": "a clock",
}

# Every exception, with its reason: (files, what, why).
EXCEPTIONS = (
    ("broker/store/", "threads", "snapshots are taken on the I/O threads while the commit thread writes or grows the map"),
)


def excused(path, what):
    return any(path.startswith(files) and what == excuse for files, excuse, _ in EXCEPTIONS)


def in_file(file):
    for match in re.finditer(r"^[ \t]*#[ \t]*include[ \t]*<([^>\n]+)>", file.code, re.M):
        header = match.group(1)
        what = HEADERS.get(header) or next((w for prefix, w in PREFIXES.items() if header.startswith(prefix)), None)
        if what and not excused(file.path, what):
            yield Finding(file.path, file.line_of(match.start()), f"<{header}>: no {what} below runtime/")
    for pattern, what in NAMES.items():
        if not excused(file.path, what):
            yield from file.find(pattern, f"no {what} below runtime/: it comes as an argument")


def check(_, files):
    for file in files:
        if file.is_cpp and file.path.startswith(QUIET):
            yield from in_file(file)
