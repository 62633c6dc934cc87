"""Includes point one way: base <- store <- engine <- runtime <- front ends <- main. Clients and tools see protocol/."""

import re

from source import Finding

# What each room may include, besides itself. The first prefix that fits a file's path is its room.
CONTRACT = ("protocol/status.hpp", "protocol/temporary.hpp", "protocol/limits.hpp", "protocol/record_batch.hpp", "protocol/crc32c.hpp")
BELOW_FRONT_ENDS = ("broker/base/", "broker/store/", "broker/engine/", "broker/runtime/")
ROOMS = (
    ("protocol/", ()),
    ("broker/base/", CONTRACT),
    ("broker/store/", CONTRACT + ("broker/base/",)),
    ("broker/engine/", CONTRACT + ("broker/base/", "broker/store/")),
    ("broker/runtime/", CONTRACT + ("broker/base/", "broker/store/", "broker/engine/")),
    ("broker/frontends/native/", ("protocol/",) + BELOW_FRONT_ENDS),
    ("broker/frontends/json/", CONTRACT + BELOW_FRONT_ENDS),
    ("broker/frontends/admin/", CONTRACT + ("broker/frontends/json/",) + BELOW_FRONT_ENDS),
    ("broker/", ("broker/", "protocol/")),
    ("clients/cpp/", ("protocol/",)),
    ("clients/", ("protocol/", "clients/")),
    ("tools/tern/", ("protocol/", "clients/cpp/")),
    ("tools/bench/", ("protocol/", "clients/cpp/")),
    ("tools/", ("protocol/", "clients/cpp/")),
    ("tests/", ("broker/", "protocol/", "clients/", "tools/", "tests/")),
)

# Every exception to the table above, with its reason: (files, what they may include, why).
EXCEPTIONS = (
    ("tools/tern/", "broker/store/check.hpp", "`tern check` walks the data folder of a broker that is not running"),
    ("tools/tern/", "broker/engine/audit.hpp", "`tern check` compares counters and rows, which only the engine can read"),
    ("tools/", "broker/base/check.hpp", "TERN_CHECK: our own bugs end the tools as they end the broker"),
)

OURS = ("broker/", "protocol/", "clients/", "tools/", "tests/")
# The client library's public headers include each other as they do once installed.
PUBLIC = ("tern/", "clients/cpp/include/tern/")
GENERATED = ("tern_generated.h", "protocol/tern_generated.h")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def room_of(path):
    return next((room for room in ROOMS if path.startswith(room[0])), None)


def allowed(path, target):
    room = room_of(path)
    if room is None or target.startswith((room[0], *room[1])):
        return True
    return any(path.startswith(files) and target == header for files, header, _ in EXCEPTIONS)


def own(file):
    for match in INCLUDE.finditer(file.code):
        yield file.line_of(match.start()), match.group(1), match.group(2)


def directions(file):
    for line, mark, target in own(file):
        if target.startswith(PUBLIC[0]):
            target, mark = PUBLIC[1] + target[len(PUBLIC[0]):], '"'
        if mark != '"':
            if target.startswith(OURS):
                yield Finding(file.path, line, f'"{target}" is ours: include it in quotes')
            continue
        if target in GENERATED:
            if not allowed(file.path, "protocol/tern_generated.h"):
                yield Finding(file.path, line, "the wire format is the business of front ends and clients")
        elif not target.startswith(OURS):
            yield Finding(file.path, line, f'"{target}": includes are written from the root of the repository; others\' headers in <>')
        elif not allowed(file.path, target):
            yield Finding(file.path, line, f"{room_of(file.path)[0]} must not include {target}")


def whole_libraries(file):
    for line, _, target in own(file):
        if target in ("boost/asio.hpp", "boost/beast.hpp", "bits/stdc++.h"):
            yield Finding(file.path, line, f"<{target}>: include precise headers, compile times depend on it")


def one_place(files):
    """Libraries that are kept behind a seam: the places that may include them, and how many there may be."""
    users = {}
    for file in files:
        if not file.is_cpp or file.path.startswith("tests/"):
            continue
        for line, _, target in own(file):
            if target == "lmdb.h":
                users.setdefault("lmdb.h in " + file.path.split("/")[0], []).append((file.path, line))
                if not file.path.startswith(("broker/store/", "tools/bench/")):
                    yield Finding(file.path, line, "LMDB stays behind broker/store/store.hpp")
            if target.startswith("boost/beast"):
                users.setdefault("Beast", []).append((file.path, line))
                if not file.path.endswith(".cpp"):
                    yield Finding(file.path, line, "Beast is included by .cpp files only, behind a pimpl")
    for what, places in users.items():
        limit = 5 if what == "Beast" else 1
        paths = sorted({path for path, _ in places})
        for path in paths[limit:]:
            line = next(line for other, line in places if other == path)
            yield Finding(path, line, f"{what}: at most {limit} file(s) include it, here are {len(paths)}: {', '.join(paths)}")


def check(_, files):
    for file in files:
        if file.is_cpp:
            yield from directions(file)
            yield from whole_libraries(file)
    yield from one_place(files)
