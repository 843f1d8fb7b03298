#!/bin/sh
# What an archive costs when nothing in it is changed: bsdtar reads and writes every member, the result is flushed and
# replaces the archive. A floor for any program that does not copy raw blocks; it migrates nothing.
# usage: bsdtar_copy.sh none|gzip|zstd pax|gnutar ARCHIVE
set -eu
archive=$3
case $1 in
  none) filter= ;;
  gzip) filter=--gzip ;;
  zstd) filter=--zstd ;;
  *) echo "unknown filter: $1" >&2; exit 64 ;;
esac
# shellcheck disable=SC2086  # an empty filter is no argument
bsdtar --format="$2" $filter -cf "$archive.tmp" "@$archive"
if [ "$(uname -s)" = Linux ]; then sync "$archive.tmp"; else sync; fi
mv -f "$archive.tmp" "$archive"
