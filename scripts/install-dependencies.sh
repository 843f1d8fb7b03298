#!/usr/bin/env bash
# Installs the system libraries and tools that building, demonstrating and testing Uprev need, as far as they are missing:
# with apt on Debian and its relatives, with brew on macOS. Says what is missing and why it is needed; does nothing, and
# says nothing, where nothing is. Without root it prints the one command to run instead, and exits 1.
set -euo pipefail

# what is looked for | apt package | brew formula | why. A name is a command on PATH; `lib:NAME` is a library that
# pkg-config knows (brew's are often hidden from it, so there the formula is asked for); `header:NAME` is for a library that it
# does not know. `-`: the system has it. `none`: it
# is not there on that system, and not needed.
needed='
lib:libarchive | libarchive-dev     | libarchive | the library that reads and writes archives
lib:zlib       | zlib1g-dev         | zlib       | the library that checks gzip
lib:libdeflate | libdeflate-dev     | libdeflate | the library that writes gzip
lib:liblzma    | liblzma-dev        | xz         | the library that writes xz
header:jq.h    | libjq-dev          | jq         | the library that runs jq programs
lib:nettle     | nettle-dev         | nettle     | the library for SHA-256
lib:libpcre2-8 | libpcre2-dev      | pcre2      | the library that matches the patterns of schemas
lib:sqlite3    | libsqlite3-dev     | sqlite     | the library that remembers runs
pkg-config     | pkg-config         | pkgconf    | tells the build where those libraries are
python3        | python3            | python     | judges results in the tests, writes samples, runs benchmarks
bsdtar         | libarchive-tools   | -          | lists and extracts results in the tests; a peer in benchmarks
zstd           | zstd               | zstd       | makes and checks .zst archives in the tests
xz             | xz-utils           | xz         | makes and checks .xz archives in the tests
bzip2          | bzip2              | -          | makes and checks .bz2 archives in the tests
lz4            | lz4                | lz4        | makes and checks .lz4 archives in the tests
zip            | zip                | -          | makes .zip archives in the tests
7z             | p7zip-full         | p7zip      | makes .7z archives in the tests
jq             | jq                 | jq         | reads reports in the demonstration; judges jq steps in the tests; a peer in benchmarks
pigz           | pigz               | pigz       | a peer in benchmarks
lib:libzstd    | libzstd-dev        | zstd       | linked with a peer in benchmarks
valgrind       | valgrind           | none       | counts the instructions of a document in benchmarks
make           | make               | -          | runs the recipes of the Makefile
git            | git                | git        | fetches the Swift packages that Uprev is built on
strip          | binutils           | -          | makes the installed program smaller
strace         | strace             | none       | slows and kills the program at system calls in the proofs
mkfs.ext4      | e2fsprogs          | none       | makes small disks in the proofs; chattr protects files there
unshare        | util-linux         | none       | keeps what the proofs mount to themselves
mount          | mount              | none       | mounts it
cc             | libc6-dev gcc      | -          | links the programs
'

kind=other
if command -v apt-get >/dev/null; then kind=apt; elif command -v brew >/dev/null; then kind=brew; fi

trimmed() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

is_there() {
  local name=$1 formula=$2
  case $name in
    lib:*)
      if [ "$kind" = brew ]; then
        [ -d "$(brew --prefix)/opt/$formula" ]
      else
        command -v pkg-config >/dev/null && pkg-config --exists "${name#lib:}"
      fi
      ;;
    header:*)
      if [ "$kind" = brew ]; then
        [ -d "$(brew --prefix)/opt/$formula" ]
      else
        printf '#include <%s>\n' "${name#header:}" | cc -E - >/dev/null 2>&1
      fi
      ;;
    # Some of them lie where only root looks.
    *) [ "$formula" = none ] && [ "$kind" = brew ] || PATH=$PATH:/usr/sbin:/sbin command -v "$name" >/dev/null ;;
  esac
}

packages=()
missing=()
while IFS='|' read -r name apt brew why; do
  name=$(trimmed "$name")
  [ -n "$name" ] || continue
  apt=$(trimmed "$apt") brew=$(trimmed "$brew") why=$(trimmed "$why")
  if is_there "$name" "$brew"; then continue; fi
  package=$apt
  [ "$kind" != brew ] || package=$brew
  missing+=("$name ($package): $why")
  if [ "$package" != - ]; then
    # A row can name several packages.
    # shellcheck disable=SC2206
    packages+=($package)
  fi
done <<<"$needed"

if [ "$kind" = apt ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
  missing+=("certificates (ca-certificates): git needs them to fetch over https")
  packages+=(ca-certificates)
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "deps: missing:" >&2
  printf 'deps:   %s\n' "${missing[@]}" >&2
  case $kind in
    apt)
      if [ "$(id -u)" -ne 0 ]; then
        echo "deps: run this, then try again:" >&2
        echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
        exit 1
      fi
      echo "deps: installing ${packages[*]} with apt-get" >&2
      apt-get update -q >&2
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}" >&2
      ;;
    brew)
      if [ ${#packages[@]} -gt 0 ]; then
        echo "deps: installing ${packages[*]} with brew" >&2
        brew install "${packages[@]}" >&2
      else
        echo "deps: the command line tools of Xcode have them: xcode-select --install" >&2
        exit 1
      fi
      ;;
    other)
      echo "deps: there is neither apt-get nor brew here: install them with this system's own package manager" >&2
      exit 1
      ;;
  esac
  hash -r
  while IFS='|' read -r name _ brew _; do
    name=$(trimmed "$name")
    [ -n "$name" ] || continue
    if ! is_there "$name" "$(trimmed "$brew")"; then
      echo "deps: $name is still missing after the installation" >&2
      exit 1
    fi
  done <<<"$needed"
fi

# No package manager has the compiler.
if ! command -v swift >/dev/null; then
  echo "deps: swift is missing: install Swift 6.2 or later as https://www.swift.org/install says" >&2
  exit 1
fi
