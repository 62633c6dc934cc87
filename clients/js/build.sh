#!/usr/bin/env bash
# Makes dist/ from src/: one file for browsers and Node.js, and the types. dist/ is kept in git, so that the chat and the
# broker need no Node.js to build; a test checks that it is what this makes. Needs `tools/setup test`.
#
#   clients/js/build.sh          into clients/js/dist
#   clients/js/build.sh FOLDER   elsewhere
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
node=$here/../../tests/node/node_modules
out=${1:-$here/dist}

rm -rf "$out"
node "$node/typescript/bin/tsc" -p "$here" --outDir "$out/types"
cd "$here"
node "$node/esbuild/bin/esbuild" src/index.ts --bundle --format=esm --target=es2022 --charset=utf8 --log-level=warning --outfile="$out/tern.js"
