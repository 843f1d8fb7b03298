#!/bin/bash
# Builds and runs the fuzzer: run.sh SECONDS [SCRATCH]. What it finds is left in SCRATCH/finds.
set -euo pipefail
seconds=${1:-60}
here=$(cd "$(dirname "$0")" && pwd)
scratch=${2:-$here/.build}
cd "$here"
flags=(-c debug --scratch-path "$scratch" --sanitize=address -Xswiftc -sanitize=fuzzer --product FuzzArchive)
swift build "${flags[@]}"
program="$(swift build "${flags[@]}" --show-bin-path)/FuzzArchive"
mkdir -p "$scratch/corpus" "$scratch/finds"
python3 seeds.py "$scratch/seeds"
# Swift's own backtracer would hold the output open after a crash.
SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$program" -max_total_time="$seconds" -max_len=16384 -timeout=20 \
  -rss_limit_mb=2048 -artifact_prefix="$scratch/finds/" -print_final_stats=1 "$scratch/corpus" "$scratch/seeds"
