#!/usr/bin/env bash
# Runs every test, and the programs that the tests start, under sanitizers. Anything found fails the test that met it.
#
#   address  wrong use of memory, in Swift and in C; the C code is checked for undefined behaviour too. Swift has no such
#            sanitizer on Linux and needs none: overflow, bad indexes and nil trap in every build. Leaks are not looked
#            for: Foundation's Process leaks in every test that starts a program.
#   thread   data races. The sanitizer does not understand Synchronization.Mutex: what tests run must not use it.
#
# ONLY="address" or "thread" picks one. SANITIZE_SCRATCH is the beginning of the scratch paths, by default .build.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=${SANITIZE_SCRATCH:-.build}
# An orphaned swift-backtrace would hold the output open for ever.
export SWIFT_BACKTRACE=enable=no
# Everything takes longer than the tests are used to.
export UPREV_TEST_PATIENCE=${UPREV_TEST_PATIENCE:-20}
# Children of the tests that are not this package's (git, tar, python3) must not inherit a preloaded runtime.
unset LD_PRELOAD

for sanitizer in ${ONLY:-address thread}; do
  printf '\n== %s sanitizer\n' "$sanitizer"
  flags=(--sanitize="$sanitizer")
  fixed=()
  case "$sanitizer" in
    address)
      # Without a runtime of its own: what is found ends the process.
      flags+=(-Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined)
      export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1:detect_leaks=0:allocator_may_return_null=1}"
      ;;
    thread)
      export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:report_signal_unsafe=0}"
      # Its shadow memory has fixed places; where the kernel lays out memory at random, it dies now and then when it starts.
      if command -v setarch >/dev/null; then fixed=(setarch "$(uname -m)" -R); fi
      ;;
    *)
      echo "sanitize: there is no '$sanitizer' here; ONLY takes address and thread" >&2
      exit 64
      ;;
  esac
  # shellcheck disable=SC2086
  ${fixed[@]+"${fixed[@]}"} swift test ${SWIFTFLAGS:-} --scratch-path "$scratch-$sanitizer" "${flags[@]}" --disable-xctest
done
