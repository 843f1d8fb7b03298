#!/usr/bin/env bash
# Holds Uprev against public suites of tests:
#
#   the JSON Schema test suite, drafts 2020-12 and 7. SUITE names the root of a checkout; otherwise the suite is taken from the
#     source distribution of the Python package jsonschema, which carries it.
#   JSON Patch cases in the layout of the public json-patch-tests. PATCH_SUITE names the root of a checkout; without one this
#     suite does not run (the project's own cases are among its tests).
#
# Given SUITE or PATCH_SUITE, only what they name is run. Each failure has a line; the last line is the count of all that ran.
# Exit status: 0 if every required test passes, 1 otherwise, 2 where a suite cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=${SUITE:-} patches=${PATCH_SUITE:-}
version=4.26.0
work=$(mktemp -d "${TMPDIR:-/tmp}/uprev-conformance.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ -z "$suite$patches" ]; then
  # Only unpacked: nothing of the package is run but what tells pip its name.
  if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary jsonschema --dest "$work" \
    "jsonschema==$version" >"$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "conformance: the JSON Schema test suite cannot be fetched; name a checkout with SUITE=DIR" >&2
    exit 2
  fi
  tar -xzf "$work"/*.tar.gz -C "$work"
  suite=$(echo "$work"/jsonschema-*/json)
fi

# shellcheck disable=SC2086
swift build ${SWIFTFLAGS:-} --product Conformance >&2
# shellcheck disable=SC2086
program=$(swift build ${SWIFTFLAGS:-} --show-bin-path)/Conformance
passed=0 failed=0 skipped=0 status=0
for part in "schema:$suite" "patch:$patches"; do
  folder=${part#*:}
  [ -n "$folder" ] || continue
  "$program" "${part%%:*}" "$folder" >"$work/output" || status=$?
  sed '$d' "$work/output"
  count=$(tail -n 1 "$work/output")
  [[ $count =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]] || exit 2
  passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
done
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
exit "$status"
