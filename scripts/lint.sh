#!/usr/bin/env bash
# Checks that the source is formatted, that shell and Python scripts parse, and that everything, tests included, builds
# without a warning: compilers treat warnings of this package as errors (Package.swift), and SwiftPM's own are counted here.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --recursive Package.swift Sources Tests

for script in scripts/*.sh .ci/run; do bash -n "$script"; done
git ls-files -z --cached --others --exclude-standard '*.py' Benchmarks/run Tests/Proofs/{live,kill,disk} | xargs -0 -r python3 -c '
import ast, sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        ast.parse(file.read(), path)'

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
swift build ${SWIFTFLAGS:-} --build-tests 2>&1 | tee "$log"
if grep -E "^warning:|^$PWD/[^.].*: warning:" "$log"; then
  echo "lint: the build warns, see above" >&2
  exit 1
fi
echo "lint: clean"
