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

# Beside the kit, not in it: what lies in a kit is no evidence for its program.
cp self-test/bundle.tar "$work/good.tar"
verify "$work/good.tar" 0
cp "$work/report.json" "$work/first.json"
sed 's/left as it was/changed by some/' "$work/good.tar" > "$work/changed.tar"
cmp -s "$work/good.tar" "$work/changed.tar" && fail "the bundle could not be changed"
verify "$work/changed.tar" 3
head -c 2000 "$work/good.tar" > "$work/cut.tar"
verify "$work/cut.tar" 3
(cd "$work" && TZ=Asia/Kathmandu HOME=/ "$stella" forensic verify --bundle ./good.tar --jobs 1 \
  --trust-roots "$OLDPWD/self-test/key.pem" --output json) > "$work/second.json" || fail "the second run"
cmp -s "$work/first.json" "$work/second.json" || fail "two runs gave two reports"

echo "self-test passed"
