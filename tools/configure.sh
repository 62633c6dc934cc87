# Sourced by tools/build and tools/test: where builds go, and how they are configured.
# One build folder a kind: build/ (release), build-debug/, build-address/ (with undefined), build-thread/.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Paths in the compiler's command line relative to the root: then the cache serves every clone.
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR="$root"

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

# build_folder KIND: the folder's name, relative to the root.
build_folder() {
  if [ "$1" = release ]; then echo build; else echo "build-$1"; fi
}

# With memory to spare, g++ collects its garbage later: a seventh less work, for up to 2 GB a process instead of 1.5
# (see docs/decisions/0009-build-time.md).
compiler_heap() {
  local free_kib
  if [[ ${CXX:-g++} != *g++* || ${CXX:-} == *clang* ]]; then return; fi
  free_kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  if [ "${free_kib:-0}" -ge $((2 * 1024 * 1024 * ($(nproc) + 2))) ]; then echo --param=ggc-min-heapsize=1000000; fi
}

# configure KIND: makes the build folder ready, if it is not. Kinds: release, debug, address, thread.
configure() {
  local kind=$1 folder options=()
  local sanitized=(--buildtype=custom -Doptimization=g -Ddebug=false -Dunity=on -Dunity_size=16 -Db_lundef=false -Dwerror=false)
  folder=$root/$(build_folder "$kind")
  case $kind in
    release) options=(--buildtype=release -Doptimization=2 -Dunity=on -Dunity_size=64 "-Dcpp_args=$(compiler_heap)") ;;
    debug) options=(--buildtype=debug) ;;
    # The sanitizers' code in between makes g++ see values that "may be uninitialized" in Boost: warnings stop only the
    # other builds. How these options were found: docs/decisions/0009-build-time.md.
    address) options=("${sanitized[@]}" -Db_sanitize=address,undefined
      "-Dcpp_args=['-g1', '-fno-sanitize=null,alignment,object-size,vptr']") ;;
    thread) options=("${sanitized[@]}" -Db_sanitize=thread "-Dcpp_args=['-g1', '-Wno-tsan']") ;;
    *) say "unknown kind of build: $kind"; return 2 ;;
  esac

  # A folder that was moved, or whose configuration broke off, is configured anew.
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$folder/.root" 2>/dev/null)" = "$root" ]; then return; fi
  rm -rf "$folder"

  local compiler=${CXX:-g++}
  if command -v ccache >/dev/null && [[ $compiler != *ccache* ]]; then compiler="ccache $compiler"; fi
  if [ -z "${CXX_LD:-}" ] && command -v mold >/dev/null; then export CXX_LD=mold; fi
  say "configuring $(build_folder "$kind")/"
  local output
  if ! output=$(CXX=$compiler meson setup "${options[@]}" "$folder" "$root" 2>&1); then
    printf '%s\n' "$output" >&2
    return 1
  fi
  printf '%s\n' "$root" >"$folder/.root"
}

# compile KIND [TARGET...]: progress on one line of a terminal, elsewhere only what went wrong.
compile() {
  local folder quiet=(--quiet)
  folder=$root/$(build_folder "$1")
  shift
  if [ -t 1 ]; then quiet=(); fi
  ninja -C "$folder" "${quiet[@]}" "$@"
}

# executables KIND NAME...: the build targets with these file names, wherever in the tree they are.
executables() {
  local folder
  folder=$root/$(build_folder "$1")
  shift
  ninja -C "$folder" -t targets all | awk -F': ' -v names="$*" '
    BEGIN { split(names, list, " "); for (i in list) wanted[list[i]] = 1 }
    $2 ~ /LINKER$/ { count = split($1, parts, "/"); if (parts[count] in wanted) print $1 }'
}
