#!/bin/sh
# What the codec alone costs: an archive's stream is decompressed and compressed again by the fastest usual programs, flushed,
# and replaces the archive. No tar is read; nothing is migrated.
# usage: filter_copy.sh gzip|zstd PROCESSES ARCHIVE
set -eu
processes=$2
archive=$3
# A failed decompression would otherwise end as a short archive; `pipefail` is not in every sh.
failed="$archive.failed"
case $1 in
  gzip) { pigz -dc "$archive" || : >"$failed"; } | pigz -p"$processes" -6 >"$archive.tmp" ;;
  zstd) { zstd -dcq "$archive" || : >"$failed"; } | zstd -cq -T"$processes" -3 >"$archive.tmp" ;;
  *) echo "unknown filter: $1" >&2; exit 64 ;;
esac
[ ! -e "$failed" ] || { rm -f "$failed" "$archive.tmp"; exit 1; }
if [ "$(uname -s)" = Linux ]; then sync "$archive.tmp"; else sync; fi
mv -f "$archive.tmp" "$archive"
