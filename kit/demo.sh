#!/usr/bin/env bash
# A bundle that is good, and the same bundle with one byte changed.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
: "${STELLA_BINARY:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verify() { # expected status, bundle
  local status=0
  echo "\$ stella forensic verify --bundle $(basename "$2") --trust-roots fixtures/trust"
  "$STELLA_BINARY" forensic verify --bundle "$2" --trust-roots fixtures/trust --output table || status=$?
  printf '(exit status %s)\n\n' "$status"
  [[ $status == "$1" ]] || { echo "expected exit status $1" >&2; exit 1; }
}

good=fixtures/evidence/bundle.tar
bad=$work/one-byte-changed.tar
verify 0 "$good"

sed 's/"bomFormat":"C/"bomFormat":"c/' "$good" > "$bad"
echo "One byte of a sealed file is changed (place, before, after):"
cmp -l "$good" "$bad" && { echo "nothing was changed" >&2; exit 1; }
echo
verify 3 "$bad"
