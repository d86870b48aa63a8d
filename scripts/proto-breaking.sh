#!/usr/bin/env bash
# Fails when proto/ breaks what main (or, on main itself, the commit before) promised.
set -eu
export PATH="$PWD/tools/codegen/node_modules/.bin:$PATH"
command -v buf >/dev/null || npm ci --prefix tools/codegen --ignore-scripts --no-audit --no-fund
base=main
if ! git rev-parse --verify -q "$base" >/dev/null || [ "$(git rev-parse "$base")" = "$(git rev-parse HEAD)" ]; then base=HEAD~1; fi
if ! git cat-file -e "$base:buf.yaml" 2>/dev/null; then
  echo "no contracts in $base: nothing to break"
  exit 0
fi
buf breaking --against ".git#ref=$(git rev-parse "$base")"
