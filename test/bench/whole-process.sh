#!/usr/bin/env bash
# Wall time, CPU time and peak memory of the built kray-audit: on the corpus and on one small file.
# Needs a build with -DKRAY_BUILD_BENCH=ON and ../shared/corpus.
#
# usage: test/bench/whole-process.sh [BUILD_FOLDER]    (default: build/release)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
cd "$root"
corpus=../shared/corpus
measure=$build/test/bench/bench_measure

for needed in "$measure" "$build/kray-audit" "$corpus"; do
  if [[ ! -e $needed ]]; then
    echo "whole-process: $needed is missing; configure with -DKRAY_BUILD_BENCH=ON and build" >&2
    exit 1
  fi
done

small=$(mktemp --suffix=.yaml)
trap 'rm -f "$small"' EXIT
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: small, namespace: team}\nspec: {containers: [{name: c, image: "c:1"}]}\n' >"$small"

# run WHAT TIMES PATH…
run() {
  local what=$1 times=$2
  shift 2
  printf '%-22s ' "$what"
  "$measure" "$times" "$build/kray-audit" "$@"
}

run "small file" 20 "$small"
run "kubeflow-manifests" 3 "$corpus/kubeflow-manifests"
run "kuberay" 3 "$corpus/kuberay"
run "rendered" 3 "$corpus/rendered"
printf '%-22s ' "the first, one core"
"$measure" 3 taskset -c 0 "$build/kray-audit" "$corpus/kubeflow-manifests"
