#!/bin/bash
# Builds and runs the fuzzers: run.sh SECONDS [FUZZER…]. Each runs for that long; all of them if none is named. SCRATCH (by
# default .build here) holds the builds, the corpora and, under finds/, what was found. Exit status 1: something was.
set -euo pipefail
seconds=${1:-60}
shift || true
here=$(cd "$(dirname "$0")" && pwd)
scratch=${SCRATCH:-$here/.build}
cd "$here"
if [ $# -eq 0 ]; then set -- FuzzArchive FuzzJSON FuzzPipeline FuzzSchema; fi
flags=(-c debug --scratch-path "$scratch" --sanitize=address -Xswiftc -sanitize=fuzzer)
for fuzzer in "$@"; do
  case $fuzzer in
    FuzzArchive | FuzzJSON | FuzzPipeline | FuzzSchema) ;;
    *)
      echo "fuzz: there is no '$fuzzer' here" >&2
      exit 64
      ;;
  esac
  swift build "${flags[@]}" --product "$fuzzer"
done
bin=$(swift build "${flags[@]}" --show-bin-path)
python3 seeds.py "$scratch/seeds"
status=0
for fuzzer in "$@"; do
  printf '\n== %s\n' "$fuzzer"
  mkdir -p "$scratch/corpus/$fuzzer" "$scratch/finds/$fuzzer"
  # Swift's own backtracer would hold the output open after a crash.
  SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$bin/$fuzzer" -max_total_time="$seconds" -max_len=16384 \
    -timeout=20 -rss_limit_mb=2048 -artifact_prefix="$scratch/finds/$fuzzer/" -print_final_stats=1 \
    "$scratch/corpus/$fuzzer" "$scratch/seeds/$fuzzer" || status=1
done
exit $status
