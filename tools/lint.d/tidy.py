"""clang-tidy over the sources, or over those below some paths; its checks are in .clang-tidy. All of them take an hour of
one core, so on request."""

import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

# The debug build compiles each file by itself, so its commands name them; nothing is built but the generated header.
BUILD = "build-debug"
PREPARE = f"set -e; source tools/configure.sh; configure debug; ninja -C {BUILD} --quiet protocol/tern_generated.h"


def run(root, paths, files):
    clang_tidy = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    if not clang_tidy:
        print("lint: clang-tidy is not there: `tools/setup tidy` installs it")
        return 2
    subprocess.run(["bash", "-c", PREPARE], cwd=root, check=True)
    commands = json.loads((root / BUILD / "compile_commands.json").read_text())
    compiled = {os.path.relpath(os.path.join(entry["directory"], entry["file"]), root) for entry in commands}
    wanted = [os.path.normpath(path) for path in paths] or [""]
    units = sorted(unit for unit in compiled & {str(file.path) for file in files}
                   if any(unit == path or unit.startswith(os.path.join(path, "")) for path in wanted))

    def verdict(unit):
        result = subprocess.run([clang_tidy, "--quiet", "-p", BUILD, unit], cwd=root, capture_output=True, text=True)
        found = re.findall(r"^([^:\n]+)(:.*: (?:warning|error): .*)$", result.stdout, re.M)
        paths = [(os.path.relpath(os.path.normpath(root / path), root), rest) for path, rest in found]
        # clang 14 does not understand all of libstdc++ 12's ranges: what it says there is not about us.
        return [path + rest for path, rest in paths if not path.startswith("..")]

    # What is wrong in a header is found by every unit that includes it, and told once.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sorted({line for lines in pool.map(verdict, units) for line in lines})
    for line in found:
        print(line)
    print(f"lint: clang-tidy looked at {len(units)} units, {len(found)} findings")
    return 1 if found or not units else 0
