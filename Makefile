# Uprev: everything that is done with a checkout.
#
#   make deps        installs the system libraries and tools that are missing (apt or brew); says what and why
#   make build       builds the programs for debugging
#   make demo        shows Uprev at work on samples/, from nothing: deps, build, demonstration
#   make test        runs every test
#   make sanitize    runs every test under the address, undefined-behaviour and thread sanitizers (scripts/sanitize.sh);
#                    ONLY=address or ONLY=thread picks one
#   make lint        checks the format of the source and that it builds without a warning
#   make format      formats the source
#   make golden      runs the tests and records what they compare with anew, under Tests/Golden
#   make bench       compares Uprev with its peers; ONLY=name[,name] picks works (Benchmarks/run --list)
#   make conformance runs the JSON Schema test suite, drafts 2020-12 and 7, and JSON Patch cases; SUITE=DIR and PATCH_SUITE=DIR
#                    name checkouts: given one of them, only that suite runs (scripts/conformance.sh)
#   make prove       proves that nothing is lost, in full: enumerates every interleaving of a replacement with four actions of
#                    another program, and runs the program beside others, with kills and on full disks (Tests/Proofs; as root);
#                    UPREV=program under proof; prove-model, prove-live, prove-kill, prove-disk, prove-gather: one of them
#   make prove-quick those of them that need the program, in little
#   make fuzz        runs fuzzers over archives, documents, pipelines and schemas, each for SECONDS (default 60); ONLY=name picks
#                    one; see Fuzzing/README.md
#   make dist        builds what `install` copies, under .build/dist
#   make install     installs below PREFIX (default /usr/local), inside DESTDIR if that is set
#   make uninstall   removes what `install` put below the same PREFIX and DESTDIR, and nothing else
#   make clean       removes what was built
#
# `make dist && sudo make install` builds as yourself and installs as root. The installed folder can be moved.
# SWIFTFLAGS is passed to `swift build` and `swift test`, for example SWIFTFLAGS="--scratch-path /var/tmp/uprev".

PREFIX ?= /usr/local
DESTDIR ?=
ONLY ?=
# The program under proof; what `dist` builds if nothing is said.
UPREV ?=
SUITE ?=
PATCH_SUITE ?=
SECONDS_OF_FUZZING = $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)
SWIFTFLAGS ?=

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps build demo test sanitize lint format golden bench fuzz dist install uninstall clean
.PHONY: conformance prove prove-model prove-live prove-kill prove-disk
.PHONY: prove-quick prove-quick-live prove-quick-kill prove-quick-disk prove-program

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

deps:
	@scripts/install-dependencies.sh

build: deps
	swift build $(SWIFTFLAGS)

demo: build
	scripts/demo.sh "$$(swift build $(SWIFTFLAGS) --show-bin-path)"

test: deps
	swift test $(SWIFTFLAGS) --disable-xctest

sanitize: deps
	@ONLY="$(ONLY)" SWIFTFLAGS="$(SWIFTFLAGS)" scripts/sanitize.sh

lint: deps
	SWIFTFLAGS="$(SWIFTFLAGS)" scripts/lint.sh

format:
	swift format --in-place --recursive Package.swift Sources Tests

golden: deps
	UPREV_RECORD_GOLDEN=1 swift test $(SWIFTFLAGS) --disable-xctest
	git status --short Tests/Golden

bench: deps
	ONLY="$(ONLY)" Benchmarks/run

conformance: deps
	@SUITE="$(SUITE)" PATCH_SUITE="$(PATCH_SUITE)" SWIFTFLAGS="$(SWIFTFLAGS)" scripts/conformance.sh

prove: prove-model
prove: prove-live
prove: prove-kill
prove: prove-disk
prove: prove-gather

prove-quick: prove-quick-live
prove-quick: prove-quick-kill
prove-quick: prove-quick-disk
prove-quick: prove-quick-gather

# Every order of events of a replacement, and every call of a run with every error that its man page lists.
prove-model: deps
	UPREV_FULL=1 swift test -c release -Xswiftc -enable-testing --scratch-path .build/prove $(SWIFTFLAGS) --disable-xctest \
	  --filter 'ProtocolModel|TreeFaultTests|WholeTreeTests|UndoFaultTests|UndoArchiveTests|StagingRecoveryTests|SafetyTests'

prove-program: deps $(if $(UPREV),,dist)

prove-live prove-kill prove-disk prove-gather: prove-%: prove-program
	Tests/Proofs/$* --program "$(or $(UPREV),.build/dist/bin/uprev)"

prove-quick-live prove-quick-kill prove-quick-disk prove-quick-gather: prove-quick-%: prove-program
	Tests/Proofs/$* --quick --program "$(or $(UPREV),.build/dist/bin/uprev)"

fuzz: deps
	Fuzzing/run.sh $(SECONDS_OF_FUZZING) $(ONLY)

dist: deps
	@SWIFTFLAGS="$(SWIFTFLAGS)" scripts/build-distribution.sh .build/dist

install: dist
	@scripts/install.sh install .build/dist "$(DESTDIR)$(PREFIX)"

uninstall:
	@scripts/install.sh uninstall "$(DESTDIR)$(PREFIX)"

clean:
	rm -rf .build
