"""C++ files are formatted by clang-format 14: one version, since versions differ in their verdicts."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from source import Finding

MAJOR = "14"


def program():
    """A clang-format of the one version that gives the verdict, or None."""
    for name in (f"clang-format-{MAJOR}", "clang-format"):
        path = shutil.which(name)
        if path and re.search(rf"version {MAJOR}\.", subprocess.run([path, "--version"], capture_output=True, text=True).stdout):
            return path
    return None


def chunks(names, count):
    return [chunk for chunk in (names[i::count] for i in range(count)) if chunk]


def verdicts(clang_format, root, names):
    result = subprocess.run([clang_format, "--dry-run", "--style=file", *names], cwd=root, capture_output=True, text=True)
    for match in re.finditer(r"^(.*?):(\d+):\d+: (?:warning|error): code should be clang-formatted", result.stderr, re.M):
        yield Finding(match.group(1), int(match.group(2)), "not formatted; tools/lint --fix formats")
    if result.returncode:
        yield Finding(names[0], 1, f"clang-format failed: {result.stderr.strip()[:200]}")


def check(root, files):
    names = [file.path for file in files if file.is_cpp]
    clang_format = program()
    if not names:
        return
    if not clang_format:
        print(f"lint: clang-format {MAJOR} is not installed: format not checked")
        return
    jobs = os.cpu_count() or 2
    with ThreadPoolExecutor(jobs) as pool:
        seen = set()
        for findings in pool.map(lambda chunk: list(verdicts(clang_format, root, chunk)), chunks(names, jobs * 2)):
            for finding in findings:
                if finding.path not in seen:  # the first place in a file is enough
                    seen.add(finding.path)
                    yield finding


def fix(root, files):
    clang_format = program()
    if clang_format:
        subprocess.run([clang_format, "-i", "--style=file", *(file.path for file in files if file.is_cpp)], cwd=root, check=True)
