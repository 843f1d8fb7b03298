#!/usr/bin/env bash
# Installs what scripts/build-distribution.sh built, and removes it again. share/uprev/installed-files lists what was
# installed, so that `uninstall`, and an installation over an older one, remove exactly that.
#
# Usage: scripts/install.sh install FOLDER PREFIX
#        scripts/install.sh uninstall PREFIX
set -euo pipefail

usage() {
  sed -n 's/^# Usage: /usage: /p; s/^#        scripts/       scripts/p' "$0" >&2
  exit 64
}

list=share/uprev/installed-files

# Removes the files named on standard input below $1, and the folders of Uprev's own that are empty then.
remove_listed() {
  local prefix=$1 name
  while IFS= read -r name; do
    case /$name/ in
      */../* | //*) echo "install: $prefix/$list names $name, which is not below $prefix: left alone" >&2; continue ;;
    esac
    rm -f -- "$prefix/$name"
  done
  for name in share/uprev share/doc/uprev; do
    if [ -d "$prefix/$name" ]; then find "$prefix/$name" -depth -type d -empty -delete; fi
  done
}

case ${1-} in
  install)
    [ $# -eq 3 ] || usage
    source=$2 prefix=$3
    [ -e "$source/.complete" ] || { echo "install: $source is not complete; run: make dist" >&2; exit 1; }
    files=$(cd "$source" && find . -type f ! -name .complete | sed 's|^\./||' | LC_ALL=C sort)
    if ! mkdir -p "$prefix" 2>/dev/null || [ ! -w "$prefix" ]; then
      echo "install: $prefix cannot be written: run as root, or give another PREFIX" >&2
      exit 1
    fi
    umask 022
    while IFS= read -r name; do
      mode=644
      [ ! -x "$source/$name" ] || mode=755
      mkdir -p "$prefix/$(dirname "$name")"
      # Written beside its place and renamed: a program that is running keeps its file.
      cp "$source/$name" "$prefix/$name.new"
      chmod "$mode" "$prefix/$name.new"
      mv -f "$prefix/$name.new" "$prefix/$name"
    done <<<"$files"
    if [ -e "$prefix/$list" ]; then
      LC_ALL=C comm -23 <(LC_ALL=C sort "$prefix/$list") <(printf '%s\n' "$files" "$list" | LC_ALL=C sort) |
        remove_listed "$prefix"
    fi
    printf '%s\n' "$files" "$list" >"$prefix/$list"
    chmod 644 "$prefix/$list"
    echo "install: installed $(printf '%s\n' "$files" | wc -l | tr -d ' ') files below $prefix" >&2
    ;;
  uninstall)
    [ $# -eq 2 ] || usage
    prefix=$2
    [ -e "$prefix/$list" ] || { echo "install: nothing of Uprev is installed below $prefix" >&2; exit 1; }
    names=$(cat "$prefix/$list")
    remove_listed "$prefix" <<<"$names"
    echo "install: removed Uprev's files below $prefix" >&2
    ;;
  *) usage ;;
esac
