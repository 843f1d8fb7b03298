#!/usr/bin/env bash
# Builds what is installed below a prefix: the program, its pipelines, man page, shell completions and licence. On Linux the
# Swift runtime is linked into the program, which then needs no Swift where it runs, only libarchive, libdeflate, libjq,
# liblzma, libnettle, libpcre2, libsqlite3 and zlib.
# Does nothing where the folder is newer than everything it is made of.
#
# Usage: scripts/build-distribution.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || { echo "usage: scripts/build-distribution.sh FOLDER" >&2; exit 64; }
folder=$1

if [ -e "$folder/.complete" ] &&
  [ -z "$(find Package.swift Sources pipelines LICENSE scripts -newer "$folder/.complete" -print | head -n 1)" ]; then
  echo "dist: $folder is up to date" >&2
  exit 0
fi

rm -rf "$folder" "$folder.partial"
mkdir -p "$folder.partial"
staging=$(cd "$folder.partial" && pwd -P)
trap 'rm -rf "$staging"' EXIT
# Its time is the start: what changes while this runs is newer.
touch "$staging/.complete"

# The plugin builds every program anew, with its own options: so it goes first, and the program that is installed last.
# shellcheck disable=SC2086
swift package ${SWIFTFLAGS:-} generate-manual </dev/null >&2
# shellcheck disable=SC2086
products=$(swift build ${SWIFTFLAGS:-} --show-bin-path)
manual=$(dirname "$(dirname "$products")")/plugins/GenerateManual/outputs/uprev/uprev.1
static=()
[ "$(uname -s)" != Linux ] || static=(--static-swift-stdlib)
# shellcheck disable=SC2086
swift build ${SWIFTFLAGS:-} -c release ${static[@]+"${static[@]}"} --product uprev >&2
# shellcheck disable=SC2086
program=$(swift build ${SWIFTFLAGS:-} -c release ${static[@]+"${static[@]}"} --show-bin-path)/uprev

umask 022
mkdir -p "$staging"/{bin,share/uprev,share/man/man1,share/doc/uprev} \
  "$staging"/share/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
cp "$program" "$staging/bin/uprev"
chmod 755 "$staging/bin/uprev"
if [ "$(uname -s)" = Darwin ]; then strip -x "$staging/bin/uprev"; else strip "$staging/bin/uprev"; fi
cp -R pipelines "$staging/share/uprev/pipelines"
cp "$manual" "$staging/share/man/man1/uprev.1"
cp LICENSE "$staging/share/doc/uprev/LICENSE"
"$staging/bin/uprev" --generate-completion-script bash >"$staging/share/bash-completion/completions/uprev"
"$staging/bin/uprev" --generate-completion-script zsh >"$staging/share/zsh/site-functions/_uprev"
"$staging/bin/uprev" --generate-completion-script fish >"$staging/share/fish/vendor_completions.d/uprev.fish"
find "$staging" -type d -exec chmod 755 {} +
find "$staging/share" -type f -exec chmod 644 {} +
mv "$staging" "$folder"
echo "dist: built $folder" >&2
