#!/usr/bin/env bash
# Shows the pipelines of pipelines/examples/ at work, each on a generated cache of 1,000 documents: checks the pipeline, migrates a
# copy of the cache, holds the result against what a Python program of its own computes (Tests/Examples/check.py), migrates again,
# which must change nothing, and undoes it, byte for byte. Works in a temporary folder, which it removes.
#
# Usage: scripts/examples.sh [FOLDER-WITH-THE-PROGRAM]     default: where `swift build` puts it
# ONLY=name[,name] picks examples. Needs: the built program, python3, diff.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd -P)
programs=${1:-$(cd "$root" && swift build --show-bin-path)}
if [ ! -x "$programs/uprev" ]; then
  echo "examples: $programs/uprev is not there; build it with: swift build" >&2
  exit 1
fi
programs=$(cd "$programs" && pwd -P)

# Thousands of small files are replaced, which is slow on some disks: in memory where there is room, unless TMPDIR names a place.
parent=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 262144 ]; then
  parent=/dev/shm
fi
work=$(mktemp -d "$parent/uprev-examples.XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state" PYTHONDONTWRITEBYTECODE=1
PATH="$programs:$PATH"

demonstration=examples
# shellcheck source=scripts/showing.sh
. "$root/scripts/showing.sh"

# The first document that has all of an execution's members, so that there is something to see.
document() {
  (cd "$1" && python3 -c '
import json, pathlib
for path in sorted(pathlib.Path(".").rglob("ml_training_*.json")):
    text = path.read_bytes()
    if text.startswith(b"{\n  ") and b"l3_cache_mb" in text and b"NaN" not in text and b"null" not in text.partition(b"}")[0]:
        print(path)
        break')
}

# example NAME WHAT-IT-SHOWS [OPTIONS-OF-COMMANDS-THAT-RUN-ITS-PROGRAMS…]
example() {
  local name=$1 title=$2 pipeline="pipelines/examples/$1" file
  shift 2
  case ",${ONLY:-$name}," in *",$name,"*) ;; *) return 0 ;; esac
  mkdir "$work/$name"
  cd "$work/$name"
  ln -s "$root/pipelines" pipelines
  ln -s "$work/caches/$name" original
  cp -R -P -p original/. cache

  heading "EXAMPLE $name: $title"
  run 0 uprev pipeline lint --strict "$@" "$pipeline"
  run 0 uprev pipeline test "$@" "$pipeline"
  if [ $# -gt 0 ]; then
    echo 'It runs a program, which nobody has allowed yet:'
    run 1 uprev migrate --pipeline "$pipeline" cache
    diff -r original/ cache
  fi
  run 0 uprev migrate --pipeline "$pipeline" "$@" --report report.json cache
  file=$(document original)
  run 1 diff -u "original/$file" "cache/$file"
  run 0 python3 "$root/Tests/Examples/check.py" "$name" original cache

  echo 'Once more, which changes nothing:'
  cp -R -P -p cache migrated
  run 0 uprev migrate --pipeline "$pipeline" "$@" --report again.json cache
  diff -r migrated cache
  python3 -c '
import json
summary = json.load(open("again.json"))["summary"]
if summary["migrated"] or summary["rejected"]:
    raise SystemExit(f"examples: the second run was no empty one: {summary}")'
  echo 'And back:'
  run 0 uprev undo "$(python3 -c 'import json; print(json.load(open("report.json"))["runId"])')"
  diff -r original/ cache
  echo "Every byte is what it was before."
  cd "$work"
  rm -r "${work:?}/$name"
}

python3 "$root/Tests/Examples/generate.py" "$work/caches"

example new-features 'features that older documents lack get defaults'
example renormalise 'log scales for each document, then from the least to the greatest of all'
example recluster 'assignments to clusters, made anew from all documents by a program' --allow-exec
example knn-to-vector 'samples become flat vectors with labels'

heading "WHAT WAS DONE"
echo "Every result is what a program of its own computes, literals of what was left alone included, and every cache is what it was again."
