#!/usr/bin/env python3
"""Makes a C++ source file out of files that the broker serves: their bytes, their types, and tags by which browsers
notice that they have changed.

Usage: embed_files.py OUTPUT DEPFILE URL=PATH...
PATH is a file, or a folder whose files (without those in folders of it) are served under URL/. A path that is not there
is left out."""

import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
ESCAPED = {byte: f"\\{byte:03o}" for byte in range(256)}
ESCAPED.update({byte: chr(byte) for byte in range(0x20, 0x7F) if chr(byte) not in '"\\?'})


def literals(contents):
    """A string as adjacent literals of a readable length."""
    lines = (contents[at : at + 90] for at in range(0, len(contents), 90))
    return "\n".join('     "' + "".join(ESCAPED[byte] for byte in line) + '"' for line in lines) or '     ""'


def files_of(mapping):
    """(url, path) of every file; and every path that a change would be noticed by."""
    url, _, path = mapping.partition("=")
    path = pathlib.Path(path)
    if path.is_file():
        return [(url, path)], [path]
    if not path.is_dir():
        return [], []
    files = sorted(entry for entry in path.iterdir() if entry.is_file() and entry.suffix in TYPES)
    return [(f"{url}/{file.name}", file) for file in files], [path, *files]


def main(output, depfile, *mappings):
    files, inputs = [], []
    for mapping in mappings:
        some, watched = files_of(mapping)
        files += some
        inputs += watched
    entries = []
    for url, path in sorted(files):
        contents = path.read_bytes()
        tag = hashlib.sha256(contents).hexdigest()[:16]
        entries.append(f'    {{"{url}", "{TYPES[path.suffix]}", "\\"{tag}\\"",\n     std::string_view(\n{literals(contents)}, {len(contents)})}},\n')
    table = "".join(entries)
    pathlib.Path(output).write_text(
        '#include "broker/frontends/admin/static_files.hpp"\n\n'
        "namespace tern::admin {\n\nnamespace {\n\n"
        f"constexpr std::array<StaticFile, {len(entries)}> embedded_files = {{{{\n{table}}}}};\n\n"
        "}  // namespace\n\n"
        "std::span<const StaticFile> static_files() {\n    return embedded_files;\n}\n\n"
        "}  // namespace tern::admin\n"
    )
    pathlib.Path(depfile).write_text(f"{output}: " + " ".join(str(path).replace(" ", "\\ ") for path in inputs) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
