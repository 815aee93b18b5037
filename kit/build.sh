#!/usr/bin/env bash
# Lays out what goes into a kit and has the program sign and pack it.
# Called by `make kit`, after `make static` has built $BINARY with $KEY pinned.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

: "${BINARY:?}" "${VERSION:?}" "${OUTPUT:?}" "${TRUST:?}" "${POLICY:?}" "${SEQUENCE:?}"
if [[ -z ${KEY:-} ]]; then
  KEY=kit/development-key.pem
  echo "no KEY is given: this becomes a DEVELOPMENT KIT, signed by a key that everybody has" >&2
fi

content=$OUTPUT/content
archive=$OUTPUT/stella-kit-$VERSION.tar.zst
rm -rf "$content" "$archive"
mkdir -p "$content/bin" "$content/self-test"
cp "$BINARY" "$content/bin/stella"
cp -R "$TRUST" "$content/trust"
# Data that is used where somebody names it, and never by itself.
cp -R kit/roots "$content/roots"
cp "$POLICY" "$content/policy.toml"
cp kit/INSTRUCTIONS.md "$content/INSTRUCTIONS.txt"
cp kit/self-test.sh LICENSE "$content/"

# What the program carries, and under which licence.
cargo metadata --locked --offline --format-version 1 --filter-platform x86_64-unknown-linux-gnu \
  | python3 kit/crates.py > "$content/CRATES.txt"

# The bundle of the self-test is signed by the development key, and verified
# with that key named on the command line; the kit's trust store does not hold it.
cp kit/development-key.pub.pem "$content/self-test/key.pem"
"$BINARY" forensic snapshot create --case self-test --key kit/development-key.pem \
  --output "$content/self-test/bundle.tar" kit/self-test/letter.txt > /dev/null

"$BINARY" kit build "$content" --key "$KEY" --sequence "$SEQUENCE" \
  ${UNTIL:+--until "$UNTIL"} --output "$archive"
rm -rf "$content"
(cd "$OUTPUT" && sha256sum "$(basename "$archive")")
