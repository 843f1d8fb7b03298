#!/bin/sh
# The shell loop people write: one jq a document, PROCESSES at a time; nothing is flushed.
# usage: jq_loop.sh PROCESSES FOLDER
set -eu
processes=$1
folder=$2/ml_training
find "$folder" -name 'ml_training_*.json' -print0 |
  xargs -0 -n 1 -P "$processes" sh -c 'jq ".version = 2" "$1" > "$1.tmp" && mv -f "$1.tmp" "$1"' jq_loop
