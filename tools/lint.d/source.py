"""The files that are checked, and their text with comments and literals blanked out."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property

CPP = (".cpp", ".hpp", ".h")
TEXT = CPP + (".py", ".sh", ".md", ".fbs", ".build", ".toml", ".yml", ".yaml", ".js", ".ts", ".css", ".html", ".json", ".txt", "")
DATA_FOLDERS = ("tests/golden/", "tests/fuzz/corpus/", "clients/js/dist/")
SKIPPED_FOLDERS = re.compile(r"(^|/)(\.git|build|build-[^/]*|bin|node_modules|__pycache__|\.cache)(/|$)")

# Comments and literals; numbers are matched first, so that the ' in 1'000 does not begin a character.
TOKEN = re.compile(
    r"""(?P<keep>(?<!\w)\d[\w'.]*)
      | //(?:\\\n|[^\n])*
      | /\*.*?\*/
      | (?:u8|u|U|L)?R"(?P<mark>[^()\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | '(?:\\.|[^'\\\n])+'
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    text: str
    severity: str = "error"


@dataclass
class SourceFile:
    path: str
    text: str = field(repr=False)

    @cached_property
    def code(self):
        """The C++ text with comments and literals replaced by blanks: positions and lines stay as they are.
        The names in #include lines stay readable, since `#include "..."` is no literal."""
        includes = {m.start(1) for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*("[^"\n]*")', self.text, re.M)}

        def blank(match):
            if match.group("keep") or match.start() in includes:
                return match.group()
            return re.sub(r"[^\n]", " ", match.group())

        return TOKEN.sub(blank, self.text)

    @property
    def is_cpp(self):
        return self.path.endswith(CPP)

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1

    def find(self, pattern, message, code=True, severity="error"):
        """A finding for every match of `pattern`, in the code or in the whole text."""
        for match in re.finditer(pattern, self.code if code and self.is_cpp else self.text, re.M):
            yield Finding(self.path, self.line_of(match.start()), message, severity)


def paths(root):
    """Tracked files and new ones that are not ignored; without git (an unpacked archive), all but build folders."""
    try:
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, check=True, text=True)
        found = [path for path in listed.stdout.split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        found = [os.path.relpath(os.path.join(folder, name), root)
                 for folder, _, names in os.walk(root) for name in names]
    return sorted({path for path in found if not SKIPPED_FOLDERS.search(path) and (root / path).is_file()})


def tree(root):
    files = []
    for path in paths(root):
        if os.path.splitext(path)[1] not in TEXT or path.startswith(DATA_FOLDERS):
            continue
        data = (root / path).read_bytes()
        if b"\0" in data:
            continue
        files.append(SourceFile(path, data.decode("utf-8", errors="replace")))
    return files
