#!/usr/bin/env bash
# Rooms of src/ include only themselves and rooms to their left:
# source → manifest → cluster → derive → mesh, network → reach → checks → audit → report → cli.
# Narrower: mesh and network stand beside each other and know nothing of one another; report knows findings,
# inventories, answers to queries and source places only; main.cc knows cli only.
#
# usage: architecture_test.sh [ROOT]    prints each violation as path:line: what is wrong
set -euo pipefail
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
cd "$root"

mapfile -d '' files < <(find src -type f \( -name '*.cc' -o -name '*.h' \) -print0 | sort -z)
if [[ ${#files[@]} -eq 0 ]]; then
  echo "src: no C++ files"
  exit 1
fi

awk '
  BEGIN {
    count = split("source manifest cluster derive mesh network reach checks audit report cli", names, " ")
    for (i = 1; i <= count; i++) position[names[i]] = i
  }

  function violation(what) {
    printf "%s:%d: %s\n", FILENAME, FNR, what
    violations++
  }

  # Room of a path below src/; "" for a file directly in src/.
  function room_of(path) { return path ~ /\// ? substr(path, 1, index(path, "/") - 1) : "" }

  FNR == 1 {
    own = substr(FILENAME, length("src/") + 1)
    room = room_of(own)
    if (room == "" && own != "main.cc") violation("only main.cc may lie directly in src/")
    if (room != "" && !(room in position)) violation("room " room " is not one that this test knows")
  }

  /^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]/ {
    quoted = $0 ~ /include[[:space:]]*"/
    header = $0
    sub(/^[^"<]*["<]/, "", header)
    sub(/[">].*$/, "", header)
    target = room_of(header)
    # System headers may lie in folders too; those that are no room are not ours.
    if (!quoted && !(target in position)) next
    if (header ~ /(^|\/)\.\.?\//) { violation("includes " header ": write the path from src/"); next }
    if (target == "") { violation("includes " header ": write the room, \"" room "/" header "\""); next }
    if (!(target in position)) { violation("includes " header ": " target " is not a room"); next }
    if (own == "main.cc") {
      if (target != "cli") violation("includes " header ": main.cc may include cli/ only")
    } else if (room == "report") {
      if (target != "report" && target != "source" && header != "audit/finding.h" &&
          header != "audit/inventory_report.h" && header != "reach/query.h" && header != "cluster/answer.h")
        violation("includes " header ": report/ may include audit/finding.h, audit/inventory_report.h, reach/query.h, cluster/answer.h, source/ and itself only")
    } else if (room == "network" && target == "mesh") {
      violation("includes " header ": mesh/ stands beside network/")
    } else if (position[target] > position[room]) {
      violation("includes " header ": " target "/ is to the right of " room "/")
    }
  }

  END { exit violations > 0 }
' "${files[@]}"
