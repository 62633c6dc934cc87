"""clang-tidy over the compile commands of a build folder; its checks are in .clang-tidy. Takes minutes, so on request."""

import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor


def run(root, build, files):
    clang_tidy = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    commands = root / build / "compile_commands.json"
    if not clang_tidy or not commands.is_file():
        print("lint: clang-tidy needs `tools/setup tidy` and the compile commands of a build (tools/build)")
        return 2
    ours = {str(root / file.path) for file in files}
    units = sorted({os.path.normpath(os.path.join(entry["directory"], entry["file"])) for entry in json.loads(commands.read_text())} & ours)

    def verdict(unit):
        result = subprocess.run([clang_tidy, "--quiet", "-p", str(root / build), unit], cwd=root, capture_output=True, text=True)
        return re.findall(r"^.*: (?:warning|error): .*$", result.stdout, re.M)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sorted({line for lines in pool.map(verdict, units) for line in lines})
    for line in found:
        print(os.path.relpath(line, root) if line.startswith("/") else line)
    print(f"lint: clang-tidy looked at {len(units)} units, {len(found)} findings")
    return 1 if found else 0
