#!/usr/bin/env bash
# The tables of docs/semantics.md are true of the sources:
# - a file under "where" exists and mentions the row's id; a test under "pinned by" stands in the file before it;
# - a dash comes with words, and one under "where" leaves nothing to pin;
# - every family is complete, no id has two rows, and every id that src/mesh, src/network and src/reach mention
#   has one.
#
# usage: semantics_test.sh [ROOT]    prints each violation as path:line: what is wrong
set -euo pipefail
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
cd "$root"

doc=docs/semantics.md
if [[ ! -f $doc ]]; then
  echo "$doc:1: does not exist"
  exit 1
fi
mapfile -d '' sources < <(find src/mesh src/network src/reach -type f \( -name '*.cc' -o -name '*.h' \) -print0 | sort -z)
if [[ ${#sources[@]} -eq 0 ]]; then
  echo "src: no C++ files"
  exit 1
fi

awk -v doc="$doc" '
  BEGIN {
    # The last number of each family. Who adds a rule to one raises its number here and writes the row.
    split("GEN-4 INJ-25 AP-22 PA-10 RA-5 CL-4 0.5-29 GW-10 ING-2 GA-4 EXP-4 AMB-11 NP-10", lasts, " ")
    # What stands between two numbers.
    split("AP-2a", between, " ")
    for (i = 1; i in lasts; i++) {
      family = substr(lasts[i], 1, index(lasts[i], "-"))
      last = substr(lasts[i], length(family) + 1) + 0
      for (n = 1; n <= last; n++) expect(family n)
    }
    for (i = 1; i in between; i++) expect(between[i])
    macros = split("TEST TEST_F TEST_P", macro, " ")
    id_form = "(GEN|INJ|AP|PA|RA|CL|GW|ING|GA|EXP|AMB|NP|0[.]5)-[0-9]+[a-z]?"
  }

  function expect(id) {
    expected[++ids] = id
    is_expected[id] = 1
  }

  function violation(what) {
    printf "%s:%d: %s\n", FILENAME, FNR, what
    violations++
  }

  # Ids are whole words: AP-2 is neither in AP-21 nor in AP-2a, 0.5-2 not in 10.5-2.
  function is_word(text, at, size) {
    return substr(text, at - 1, at > 1) !~ /[A-Za-z0-9_.-]/ && substr(text, at + size, 1) !~ /[A-Za-z0-9_]/
  }

  function has_word(text, word,    at, skipped) {
    while ((at = index(substr(text, skipped + 1), word)) > 0) {
      if (is_word(text, skipped + at, length(word))) return 1
      skipped += at
    }
    return 0
  }

  # The whole file, empty if there is none; `code`: without comments and with single blanks.
  function content(path, code,    line, text) {
    if ((path, code) in read) return read[path, code]
    while ((getline line < path) > 0) {
      if (code) sub(/\/\/.*/, "", line)
      text = text line "\n"
    }
    close(path)
    if (code) gsub(/[ \t\n]+/, " ", text)
    read[path, code] = text
    return text
  }

  function has_test(path, name,    m) {
    sub(/[.]/, ", ", name)
    for (m = 1; m <= macros; m++) {
      if (index(content(path, 1), macro[m] "(" name ")")) return 1
    }
    return 0
  }

  # Splits a cell into what stands in backquotes; 0 if there is anything else in it.
  function quoted(cell, names,    count) {
    while (match(cell, /^`[^` ]+` ?/)) {
      names[++count] = substr(cell, 2, index(substr(cell, 2), "`") - 1)
      cell = substr(cell, RLENGTH + 1)
    }
    return cell == "" ? count + 0 : 0
  }

  function is_dash(cell) { return index(cell, "—") == 1 }
  function has_words(cell) { return cell ~ /^— [^ ]+ [^ ]/ }

  function check_where(id, cell,    names, count, n) {
    if (is_dash(cell)) {
      if (!has_words(cell)) violation(id ": say what happens instead of deciding it")
      return
    }
    count = quoted(cell, names)
    if (count < 1 || count > 2) violation(id ": where? One file or two, or a dash and words")
    for (n = 1; n <= count; n++) {
      if (names[n] !~ /^src\/.*[.](cc|h)$/) violation(id ": " names[n] " is no source file")
      else if (content(names[n], 0) == "") violation(id ": " names[n] " does not exist")
      else if (!has_word(content(names[n], 0), id)) violation(id ": " names[n] " does not mention it")
    }
  }

  function check_pinned(id, cell,    names, count, n) {
    if (is_dash(cell)) {
      if (!has_words(cell)) violation(id ": say why no test pins it")
      return
    }
    count = quoted(cell, names)
    if (count < 2) violation(id ": pinned by? A test file and tests, or a dash and words")
    else if (names[1] !~ /^test\/.*[.]cc$/) violation(id ": " names[1] " is no test file")
    else if (content(names[1], 0) == "") violation(id ": " names[1] " does not exist")
    else for (n = 2; n <= count; n++) {
      if (!has_test(names[1], names[n])) violation(id ": " names[1] " has no test " names[n])
    }
  }

  # The page is the first file, so that all rows are known before the sources come.
  FILENAME == doc {
    if (!/^\|/) next
    count = split($0, cell, / *[|] */)
    id = cell[2]
    if (id == "id" || id ~ /^-+$/) next
    if (count != 6) { violation("a row has four columns"); next }
    if (id in row) { violation(id " has a row already, in line " row[id]); next }
    row[id] = FNR
    if (!(id in is_expected)) violation(id " is no id that this test knows")
    if (cell[3] == "") violation(id ": what does it decide?")
    check_where(id, cell[4])
    if (!is_dash(cell[4])) check_pinned(id, cell[5])
    else if (cell[5] != "—") violation(id ": nothing is decided, so nothing is pinned")
    next
  }

  {
    for (begin = 1; match(substr($0, begin), id_form); begin = at + RLENGTH) {
      at = begin + RSTART - 1
      id = substr($0, at, RLENGTH)
      if (is_word($0, at, RLENGTH) && !(id in row)) violation(id " has no row in " doc)
    }
  }

  END {
    for (i = 1; i <= ids; i++) {
      if (expected[i] in row) continue
      printf "%s:1: %s has no row\n", doc, expected[i]
      violations++
    }
    exit violations > 0
  }
' "$doc" "${sources[@]}"
