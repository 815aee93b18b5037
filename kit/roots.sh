#!/usr/bin/env bash
# Takes the trusted root of Sigstore's public instance from a published client
# package, the one that the lock file of tests/oracles pins by its checksum.
# `make roots` calls it; what changed is then to be read and committed.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

package=sigstore-trust-root
manifest=$(cargo metadata --locked --format-version 1 --manifest-path tests/oracles/Cargo.toml \
  | python3 -c 'import json, sys
found = [p for p in json.load(sys.stdin)["packages"] if p["name"] == sys.argv[1]]
print(found[0]["version"], found[0]["manifest_path"])' "$package")
version=${manifest%% *}
folder=$(dirname "${manifest#* }")
install -m 644 "$folder/src/trusted_root.json" kit/roots/sigstore/trusted_root.json
digest=$(sha256sum kit/roots/sigstore/trusted_root.json | cut -d' ' -f1)
if grep -q "$package $version" kit/roots/sigstore/SOURCE.txt && grep -q "$digest" kit/roots/sigstore/SOURCE.txt; then
  echo "$package $version: as SOURCE.txt says"
else
  echo "$package $version has sha256 $digest: write that and the date into kit/roots/sigstore/SOURCE.txt" >&2
  exit 1
fi
