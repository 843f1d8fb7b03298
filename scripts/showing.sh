# What the demonstrations share. To be sourced; `demonstration` is the name that messages begin with.

heading() {
  printf '\n======================================================================\n%s\n' "$1"
  printf '======================================================================\n\n'
}

# Runs a command line as it is printed, and fails unless it ends with the expected exit status.
run() {
  local expected=$1 status=0
  shift
  printf '$ %s\n' "$*"
  "$@" 2>&1 || status=$?
  if [ "$status" -ne "$expected" ]; then
    echo "$demonstration: exit status $status, expected $expected" >&2
    exit 1
  fi
  printf '\n'
}
