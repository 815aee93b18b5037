#!/bin/sh
# Does the program in this kit work on this machine? Verifies a bundle that is
# good, and the same bundle with some bytes changed; writes only to a temporary
# folder. Whether the kit is the one that was issued is for INSTRUCTIONS.txt.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")"
stella=$PWD/bin/stella
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

fail() {
  echo "self-test FAILED: $1" >&2
  exit 1
}

sha256sum --strict --quiet -c checksums.txt || fail "checksums"
"$stella" --version || fail "the program does not start"

verify() { # bundle, expected status
  status=0
  "$stella" forensic verify --bundle "$1" --trust-roots self-test/key.pem --output json \
    > "$work/report.json" 2> "$work/stderr" || status=$?
  [ "$status" = "$2" ] || {
    cat "$work/report.json" "$work/stderr" >&2
    fail "$1 ended with $status, $2 was expected"
  }
}

verify self-test/bundle.tar 0
sed 's/left as it was/changed by some/' self-test/bundle.tar > "$work/changed.tar"
cmp -s self-test/bundle.tar "$work/changed.tar" && fail "the bundle could not be changed"
verify "$work/changed.tar" 3
head -c 2000 self-test/bundle.tar > "$work/cut.tar"
verify "$work/cut.tar" 3
verify self-test/bundle.tar 0
cp "$work/report.json" "$work/first.json"
(cd / && TZ=Asia/Kathmandu "$stella" forensic verify --bundle "$OLDPWD/self-test/bundle.tar" \
  --trust-roots "$OLDPWD/self-test/key.pem" --output json --jobs 1) > "$work/second.json" || fail "second report"
cmp -s "$work/first.json" "$work/second.json" || fail "two runs gave two reports"

echo "self-test passed"
