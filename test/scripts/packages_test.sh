#!/usr/bin/env bash
# The package tables of docs/building.md say the same as the lists that scripts/setup reads:
# same packages, same words, same order.
#
# usage: packages_test.sh [ROOT]
set -euo pipefail
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
doc=$root/docs/building.md

# listed FILE: "package|what for" lines of a package list.
listed() {
  awk '/^[[:space:]]*(#|$)/ { next }
       { name = $1; sub(/^[^[:space:]]+[[:space:]]+/, ""); print name "|" $0 }' "$1"
}

# documented LIST: the same of the table that follows the mark "<!-- packages: LIST -->".
documented() {
  awk -v mark="<!-- packages: $1 -->" '
    $0 == mark { inside = 1; next }
    inside && /^\| `/ {
      split($0, cell, /[[:space:]]*\|[[:space:]]*/)
      gsub(/`/, "", cell[2])
      print cell[2] "|" cell[3]
      rows = 1
      next
    }
    inside && rows { exit }' "$doc"
}

status=0
for list in scripts/debian-packages.txt scripts/debian-packages-ci.txt; do
  expected=$(listed "$root/$list")
  if [[ -z $expected ]]; then
    echo "$list lists no package"
    status=1
  fi
  if ! diff --label "$list" --label docs/building.md -u \
    <(printf '%s\n' "$expected") <(documented "$list"); then
    status=1
  fi
  twice=$(cut -d'|' -f1 <<<"$expected" | sort | uniq -d)
  if [[ -n $twice ]]; then
    echo "$list lists twice: $twice"
    status=1
  fi
done
exit "$status"
