#!/usr/bin/env bash
# Shows Uprev at work on samples/: first the library, as a program that keeps training data uses it, then the program uprev on a
# copy of the cache tree and of a snapshot. Works in a temporary folder, which it removes; samples/ is only read.
#
# Usage: scripts/demo.sh [FOLDER-WITH-THE-PROGRAMS]     default: where `swift build` puts them
# Needs: the built programs, python3, diff.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd -P)
programs=${1:-$(cd "$root" && swift build --show-bin-path)}
for program in AmorsizeDemo uprev; do
  if [ ! -x "$programs/$program" ]; then
    echo "demo: $programs/$program is not there; build it with: swift build" >&2
    exit 1
  fi
done

work=$(mktemp -d "${TMPDIR:-/tmp}/uprev-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state"
PATH="$programs:$PATH"

demonstration=demo
# shellcheck source=scripts/showing.sh
. "$root/scripts/showing.sh"

# The same for a command whose output alone matters: its messages go to a file, as a script would have it.
run_for_output() {
  local expected=$1 status=0
  shift
  printf '$ %s 2> messages.txt\n' "$*"
  "$@" 2> messages.txt || status=$?
  if [ "$status" -ne "$expected" ]; then
    cat messages.txt >&2
    echo "demo: exit status $status, expected $expected" >&2
    exit 1
  fi
  printf '\n'
}

checksums() {
  (cd "$1" && python3 -c '
import hashlib, os
for folder, folders, files in os.walk("."):
    folders.sort()
    for name in sorted(files):
        path = os.path.join(folder, name)
        content = os.readlink(path).encode() if os.path.islink(path) else open(path, "rb").read()
        print(hashlib.sha256(content).hexdigest(), path)')
}

checksums "$root/samples" > "$work/before.sha256"

# ---------------------------------------------------------------------------------------------------------------- the library
cp -R -P -p "$root/samples/cache" "$work/library-cache"
"$programs/AmorsizeDemo" "$work/library-cache/ml_training"

# ---------------------------------------------------------------------------------------------------------------- the program
mkdir "$work/uprev"
cd "$work/uprev"
ln -s "$root/samples/cache" original
cp -R -P -p "$root/samples/cache" cache
cp -p "$root/samples/snapshots/2025-06-29-pax.tar.gz" snapshot.tar.gz

heading "UPREV 1: What is there, in a tree and in a snapshot"
cat <<'TEXT'
The samples hold damaged documents and impossible versions on purpose. Uprev rejects these, reports them, and leaves them as
they are; so that nobody overlooks it, the exit status is then 3, and the demo expects exactly that.

TEXT
run_for_output 3 uprev info cache snapshot.tar.gz

heading "UPREV 2: The migration of both, in one run"
echo 'All but the rejected documents are migrated; the exit status is 3 because some are rejected.'
run 3 uprev migrate --report report.json cache snapshot.tar.gz

heading "UPREV 3: What is there now"
run_for_output 3 uprev info cache snapshot.tar.gz

heading "UPREV 4: One document, before and after"
document=$(python3 -c '
import json
report = json.load(open("report.json"))
print(next(d["path"] for d in report["documents"] if d["outcome"] == "migrated" and d["bytesBefore"] > 600))')
run 1 diff -u "original/$document" "cache/$document"
echo 'Only the new member and the comma before it: every other byte is what it was.'
python3 - "amorsize/$document" "cache/$document" <<'PYTHON'
import sys
import tarfile

with tarfile.open("snapshot.tar.gz") as archive, open(sys.argv[2], "rb") as file:
    if archive.extractfile(sys.argv[1]).read() != file.read():
        sys.exit("demo: tree and snapshot differ")
print("In the snapshot, the document of the same name has the same bytes now.")
PYTHON

heading "UPREV 5: The report, shortened"
python3 - report.json <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1]))

# The first document of each outcome, the first warning and one format: the rest is only counted.
documents = {}
for document in report["documents"]:
    documents.setdefault(document["outcome"], document)
report["documents"] = [*documents.values(), f"… {len(report['documents']) - len(documents)} more"]
if len(report["warnings"]) > 1:
    report["warnings"][1:] = [f"… {len(report['warnings']) - 1} more"]
formats = report["summary"]["byFormat"]
report["summary"]["byFormat"] = {"ml-training-data": formats["ml-training-data"], "…": f"{len(formats) - 1} more"}
print(json.dumps(report, indent=2, ensure_ascii=False))
PYTHON

heading "WHAT WAS DONE"
checksums "$root/samples" > "$work/after.sha256"
cmp "$work/before.sha256" "$work/after.sha256"
python3 - report.json "$(wc -l < "$work/after.sha256")" <<'PYTHON'
import json
import sys
from collections import Counter

report = json.load(open(sys.argv[1]))
for target in report["targets"]:
    outcomes = Counter(d["outcome"] for d in report["documents"] if d["target"] == target["path"])
    kind = "tree" if target["kind"] == "tree" else f"snapshot ({target['archiveFormat']}, {', '.join(target['filters'])})"
    print(f"{target['path']}: {kind}, {outcomes['migrated']} documents migrated from version 1 to 2, "
          f"{outcomes['rejected']} rejected and left as they were")
print(f"samples/: untouched, the checksums of all {int(sys.argv[2])} files are what they were before the demo")
PYTHON
