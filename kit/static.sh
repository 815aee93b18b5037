#!/usr/bin/env bash
# Builds the binary that is shipped: static, optimised as a whole, and the same
# bytes in whatever folder it is built (with the same compilers and C library).
# $STELLA_KIT_KEY names the private or public key whose public half is pinned.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

target=x86_64-unknown-linux-gnu
target_dir=${CARGO_TARGET_DIR:-$PWD/target}
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)

if [[ -n ${STELLA_KIT_KEY:-} ]]; then
  mkdir -p "$target_dir"
  public=$target_dir/pinned.pem
  if grep -q 'BEGIN PUBLIC KEY' "$STELLA_KIT_KEY"; then cp "$STELLA_KIT_KEY" "$public.new"; else
    openssl pkey -in "$STELLA_KIT_KEY" -pubout -out "$public.new"; fi
  cmp -s "$public.new" "$public" || cp "$public.new" "$public"
  rm -f "$public.new"
  export STELLA_KIT_KEY=$public
else
  unset STELLA_KIT_KEY
fi

# No folder of this machine in the bytes, neither from Rust nor from C.
# The last map that fits is the one that counts, for both compilers.
maps=("$sysroot=/rust" "$cargo_home=/cargo" "$PWD=/stella" "$target_dir=/stella/target")
rust=("-C" "target-feature=+crt-static")
c=()
for map in "${maps[@]}"; do
  rust+=("--remap-path-prefix=$map")
  c+=("-ffile-prefix-map=$map")
done
unset RUSTFLAGS
CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f' "${rust[@]}")
export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\x1f'}
export CFLAGS_x86_64_unknown_linux_gnu="${c[*]}"
export SOURCE_DATE_EPOCH=0 CARGO_INCREMENTAL=0

# The target is named even where it is the host: otherwise procedural macros,
# which must be dynamic, would be built static and fail.
cargo build --locked --profile dist --target "$target" --bin stella

binary=$target_dir/$target/dist/stella
if readelf -d "$binary" 2>/dev/null | grep -q NEEDED; then
  echo "$binary needs shared libraries" >&2
  exit 1
fi
# It reads no clock while it verifies; 77 says that this cannot be shown here.
if command -v python3 > /dev/null; then
  python3 kit/clockless.py "$binary" >&2 || [[ $? == 77 ]]
fi
sha256sum "$binary"
