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
  echo "\$ stella forensic verify --bundle $(basename "$2") --trust-roots fixtures/demo/trust.pem"
  "$STELLA_BINARY" forensic verify --bundle "$2" --trust-roots fixtures/demo/trust.pem --output table || status=$?
  echo "(exit status $status)"
  echo
  [[ $status == "$1" ]] || { echo "expected exit status $1" >&2; exit 1; }
}

verify 0 fixtures/demo/acme-123.tar
python3 - fixtures/demo/acme-123.tar "$work/one-byte-changed.tar" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = data.index(b"release 1.0.0")
print(f"changing byte {at} from {chr(data[at + 8])!r} to '2'\n")
data[at + 8] = ord("2")
open(sys.argv[2], "wb").write(data)
PYTHON
verify 3 "$work/one-byte-changed.tar"
