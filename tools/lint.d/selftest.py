"""A rule that finds nothing may be right or broken. Here each one is shown what it must find and what it must not."""

import pathlib
import tempfile

import formatting
import includes
import layout
import quiet_rooms
import texts
from source import SourceFile

TO_BE_DONE = "TO" + "DO"
HOME = "/" + "root" + "/"
NAP = "sleep" + "_for"

# rule, what is shown, {path: text}, findings expected
CASES = (
    (includes, "an include up the stairs", {"broker/store/a.cpp": '#include "broker/engine/engine.hpp"\n'}, 1),
    (includes, "an include down the stairs", {"broker/engine/a.cpp": '#include "broker/store/store.hpp"\n'}, 0),
    (includes, "one front end in another", {"broker/frontends/admin/a.cpp": '#include "broker/frontends/native/session.hpp"\n'}, 1),
    (includes, "the engine in a client", {"clients/cpp/a.cpp": '#include "broker/base/time.hpp"\n'}, 1),
    (includes, "the engine in a test", {"tests/unit/a.cpp": '#include "broker/engine/engine.hpp"\n'}, 0),
    (includes, "the client's public header in a tool", {"tools/tern/a.cpp": '#include "tern/client.hpp"\n'}, 0),
    (includes, "the client's public header in the broker", {"broker/engine/a.cpp": "#include <tern/client.hpp>\n"}, 1),
    (includes, "the wire format in the engine", {"broker/engine/a.cpp": '#include "tern_generated.h"\n'}, 1),
    (includes, "a listed exception", {"tools/tern/check.cpp": '#include "broker/store/check.hpp"\n'}, 0),
    (includes, "the same header elsewhere", {"tools/bench/check.cpp": '#include "broker/store/check.hpp"\n'}, 1),
    (includes, "an include that is not from the root", {"broker/store/a.cpp": '#include "store.hpp"\n'}, 1),
    (includes, "our header in angle brackets", {"broker/store/a.cpp": "#include <broker/store/store.hpp>\n"}, 1),
    (includes, "an include in a comment", {"broker/store/a.cpp": '// #include "broker/engine/engine.hpp"\n'}, 0),
    (includes, "all of Asio", {"broker/runtime/a.cpp": "#include <boost/asio.hpp>\n"}, 1),
    (includes, "LMDB outside the store", {"broker/engine/a.cpp": "#include <lmdb.h>\n"}, 1),
    (includes, "LMDB in two files", {"broker/store/a.cpp": "#include <lmdb.h>\n", "broker/store/b.cpp": "#include <lmdb.h>\n"}, 1),
    (includes, "LMDB in the store and the bench", {"broker/store/a.cpp": "#include <lmdb.h>\n", "tools/bench/b.cpp": "#include <lmdb.h>\n"}, 0),
    (includes, "Beast in six files", {f"broker/frontends/admin/{n}.cpp": "#include <boost/beast/http/parser.hpp>\n" for n in "abcdef"}, 1),
    (includes, "Beast in a header", {"broker/frontends/admin/a.hpp": "#include <boost/beast/http/parser.hpp>\n"}, 1),
    (quiet_rooms, "a clock in the engine", {"broker/engine/a.cpp": "auto now = std::chrono::steady_clock::now();\n"}, 1),
    (quiet_rooms, "a clock in a comment and a string", {"broker/engine/a.cpp": '// steady_clock\nauto a = "system_clock";\n'}, 0),
    (quiet_rooms, "a clock in the runtime", {"broker/runtime/a.cpp": "auto now = std::chrono::steady_clock::now();\n"}, 0),
    (quiet_rooms, "a mutex in the engine", {"broker/engine/a.cpp": "#include <mutex>\n"}, 1),
    (quiet_rooms, "a mutex in the store", {"broker/store/a.cpp": "#include <mutex>\nstd::mutex m;\n"}, 0),
    (quiet_rooms, "a random device in the base", {"broker/base/a.cpp": "std::random_device device;\n"}, 1),
    (quiet_rooms, "Asio in the store", {"broker/store/a.cpp": "#include <boost/asio/post.hpp>\n"}, 1),
    (quiet_rooms, "a log in the engine", {"broker/engine/a.cpp": "#include <spdlog/spdlog.h>\n"}, 1),
    (layout, "an aggregate in a co_await", {"a.cpp": "co_await f(Options{.a = 1});\n"}, 1),
    (layout, "a lambda in a co_await, lines below", {"a.cpp": "co_await f(\n    a,\n    [b] { return b; });\n"}, 1),
    (layout, "a brace after the co_await's statement", {"a.cpp": "co_await f(a);\nB b{1};\n"}, 0),
    (layout, "a brace after a condition with co_await", {"a.cpp": "if (co_await f(a)) {\n}\nwhile ((co_await g()).ok) {\n}\n"}, 0),
    (layout, "a brace in a literal", {"a.cpp": "co_await f(\"{\", '[', 1'000);  // {\n"}, 0),
    (layout, "a header without its pragma", {"a.hpp": "int f();\n"}, 1),
    (layout, "a header with its pragma", {"a.hpp": "#pragma once\n"}, 0),
    (layout, "a long file", {"a.cpp": "\n" * 450}, 1),
    (layout, "a file that is too long", {"a.py": "\n" * 501}, 1),
    (layout, "a warning silenced without a word", {"a.cpp": '#pragma GCC diagnostic ignored "-Wconversion"\n'}, 1),
    (layout, "a warning silenced with a reason", {"a.cpp": '// The macro shadows.\n#pragma GCC diagnostic ignored "-Wshadow"\n'}, 0),
    (texts, "a machine's path", {"docs/a.md": f"see {HOME}x\n"}, 1),
    (texts, "a path that only looks like it", {"docs/a.md": "src/work/x and /var/lib/tern\n"}, 0),
    (texts, "unfinished business", {"a.cpp": f"// {TO_BE_DONE}: later\n"}, 1),
    (texts, "a sleep in a test", {"tests/a.cpp": f"std::this_thread::{NAP}(1s);\n"}, 1),
    (texts, "a sleep in a test script", {"tests/a.py": "time." + "sleep(1)\n"}, 1),
    (texts, "a sleep in the broker", {"broker/runtime/a.cpp": f"{NAP}(1s);\n"}, 0),
    (texts, "a link to nowhere", {"docs/a.md": "[here](nowhere.md)\n"}, 1),
    (texts, "a link to a place and to the web", {"docs/a.md": "[a](a.md#x) [b](https://example.com)\n"}, 0),
    (texts, "a last line without its end", {"a.cpp": "int a;"}, 1),
    (formatting, "a file that is not formatted", {"a.cpp": "int  a ;\n"}, 1),
    (formatting, "a formatted file", {"a.cpp": "int a;\n"}, 0),
)


def shown(rule, contents):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in contents.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return list(rule.check(root, [SourceFile(path, text) for path, text in contents.items()]))


def run():
    failed = skipped = 0
    for rule, title, contents, expected in CASES:
        if rule is formatting and not formatting.program():
            skipped += 1
            continue
        found = shown(rule, contents)
        if len(found) != expected:
            failed += 1
            print(f"{rule.__name__}: {title}: {expected} finding(s) expected, found: {found}")
    print(f"{len(CASES) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
