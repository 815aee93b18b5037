#!/usr/bin/env bash
# Builds program and kit twice, from two copies of the sources in two folders
# with two target folders, and compares every byte. Takes two full builds.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

work=$(mktemp -d "${TMPDIR:-/tmp}/stella-reproduce.XXXXXX")
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR STELLA_KIT_KEY
export CARGO_TERM_COLOR=never

# What is in version control, as it lies here, once: it may change while the
# first build runs. An archive has no .git.
if git rev-parse --git-dir > /dev/null 2>&1; then git ls-files -z; else
  find . -path ./target -prune -o -type f -print0; fi \
  | tar --null --files-from=- -cf "$work/sources.tar"

for name in one another/and/deeper; do
  mkdir -p "$work/$name"
  tar -xf "$work/sources.tar" -C "$work/$name"
  make --no-print-directory -C "$work/$name" kit KEY="${KEY:+$(realpath "${KEY:-.}")}" > "$work/log" 2>&1 \
    || { tail -n 30 "$work/log" >&2; exit 1; }
  # Only one target folder at a time: a full build takes some hundred megabytes.
  mkdir -p "$work/made/${name%%/*}"
  cp "$work/$name"/target/x86_64-unknown-linux-gnu/dist/stella "$work/$name"/target/kit/*.tar.zst "$work/made/${name%%/*}/"
  rm -rf "${work:?}/$name"
done
(cd "$work/made/one" && sha256sum -- *)
diff -r "$work/made/one" "$work/made/another"
echo "reproduced: program and kit have the same bytes from two folders"
