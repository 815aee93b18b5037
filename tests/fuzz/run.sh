#!/bin/sh
# Runs fuzz targets: run.sh [seconds-per-target [target ...]]
#
# The stable toolchain is enough: coverage comes from LLVM's pass, which stable
# compilers have. Sanitizers are not used; there is no unsafe code of ours to
# watch. What a run learns is kept in target/corpus, inputs that fail in
# target/artifacts. Prints executions and the result of each target; exits
# with 1 if any failed.
set -eu
cd "$(dirname "$0")"

seconds=${1:-20}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- $(sed -n 's/^path = "targets\/\(.*\)\.rs"$/\1/p' Cargo.toml)

host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares"
bins=
for target in "$@"; do bins="$bins --bin $target"; done
# The target is named so that build scripts are compiled without coverage.
# shellcheck disable=SC2086
RUSTFLAGS="$(echo $coverage) -Ccodegen-units=1 --cfg fuzzing" \
    cargo build --release --quiet --target "$host" --target-dir target $bins

status=0
for target in "$@"; do
    mkdir -p "target/corpus/$target" "target/artifacts/$target"
    set -- "target/corpus/$target"
    [ ! -d "seeds/$target" ] || set -- "$@" "seeds/$target"
    log=target/$target.log
    result=ok
    "target/$host/release/$target" "$@" \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="target/artifacts/$target/" >"$log" 2>&1 || { result=FAILED; status=1; }
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    printf '%-24s %12s executions  %6s edges  %4s s  %s\n' \
        "$target" "${executions:-?}" "${covered:-?}" "$seconds" "$result"
    if [ "$result" != ok ]; then
        tail -n 20 "$log"
    fi
done
exit $status
