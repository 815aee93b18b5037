#!/usr/bin/env bash
# checksums/: the SHA-256 of every fixture and of everything that goes into a
# kit or builds it. `write` makes the lists, `check` finds what was changed,
# added or dropped. Anyone can check a list alone: sha256sum -c checksums/kit.sha256
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

list() { # folder
  [[ -d $1 ]] || return 0
  find "$1" -type f -print0 | sort -z | xargs -0 -r sha256sum --
}

case ${1:-} in
  write)
    mkdir -p checksums
    for folder in fixtures kit; do list "$folder" > "checksums/$folder.sha256"; done
    ;;
  check)
    wrong=0
    for folder in fixtures kit; do
      diff --unified=0 --label "checksums/$folder.sha256" --label "$folder/ as it is" \
        "checksums/$folder.sha256" <(list "$folder") || wrong=1
    done
    if ((wrong)); then
      echo "checksums/ does not agree with the files; after a change on purpose: make checksums" >&2
      exit 1
    fi
    echo "checksums agree: $(cat checksums/*.sha256 | wc -l) files"
    ;;
  *)
    echo "usage: $0 write|check" >&2
    exit 2
    ;;
esac
