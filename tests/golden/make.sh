#!/bin/sh
# Remakes the golden recordings: tests/golden/make.sh BUILD (build/release). See README.md here.
# The program is recorded as anyone's would be: `plumbline record` with no option but the file. It
# and the profiler lie in a folder of one name on every machine: a recording names its modules.
set -eu
golden=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$golden/../.." && pwd)
build=$(cd "$1" && pwd)
place=/tmp/plumbline_golden
mkdir "$place"
trap 'rm -rf "$place"' EXIT
cd "$place"
${CXX:-g++} -std=c++20 -O2 -g -gz -ffile-prefix-map="$root"=. -Wl,--build-id \
  -I "$root/profiler/include" "$root/tests/subjects/golden_shop.cc" -o golden_shop -pthread
mkdir bin lib
cp "$build/bin/plumbline" bin/
cp "$build"/lib/libplumbline.so* lib/

# Until what was measured accounts for the time (`info` says "holds"): where the host of a virtual
# machine takes CPU away it may not.
record() {
  file=$1
  shift
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12; do
    rm -f "$file"
    env -i PATH="$PATH" bin/plumbline record -o "$file" -- "$@" 2>/dev/null
    if bin/plumbline info "$file" | grep -q ': holds$'; then
      return 0
    fi
  done
  echo "$file: the machine was disturbed in $attempt attempts; try again later" >&2
  return 1
}
sleep 1
record shop.plumb ./golden_shop
record again.plumb ./golden_shop
record slower.plumb ./golden_shop slower
chmod 644 ./*.plumb
cp golden_shop shop.plumb again.plumb slower.plumb "$golden/"
