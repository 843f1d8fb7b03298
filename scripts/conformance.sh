#!/usr/bin/env bash
# Runs public test suites against this checkout: the JSON Schema test suite (SUITE, the root of a checkout) and the JSON Patch
# tests (PATCH_SUITE, the root of a checkout). With neither, the former is fetched with pip: it comes inside the source
# distribution of PyPI's jsonschema; it is kept in a temporary folder and removed. The last line is the count of one suite:
# "N passed, N failed, N skipped". Exit status: 0 only if all required tests pass.
set -euo pipefail
suite=${SUITE:-} patch_suite=${PATCH_SUITE:-}
for folder in "$suite" "$patch_suite"; do
  if [ -n "$folder" ] && [ ! -d "$folder" ]; then
    echo "conformance: there is no folder $folder" >&2
    exit 64
  fi
done
[ -z "$suite" ] || suite=$(cd "$suite" && pwd)
[ -z "$patch_suite" ] || patch_suite=$(cd "$patch_suite" && pwd)
cd "$(dirname "$0")/.."

# shellcheck disable=SC2086
swift build ${SWIFTFLAGS:-} --product Conformance >&2
# shellcheck disable=SC2086
program=$(swift build ${SWIFTFLAGS:-} --show-bin-path)/Conformance

if [ -z "$suite" ] && [ -z "$patch_suite" ]; then
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  echo "conformance: fetching the JSON Schema test suite with pip" >&2
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary jsonschema --dest "$temporary" jsonschema >&2
  tar -xf "$temporary"/jsonschema-*.tar.gz -C "$temporary"
  suite=$(echo "$temporary"/jsonschema-*/json)
fi

status=0
if [ -n "$suite" ]; then "$program" schema "$suite" || status=$?; fi
if [ -n "$patch_suite" ]; then "$program" patch "$patch_suite" || status=$?; fi
exit "$status"
