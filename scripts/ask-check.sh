#!/usr/bin/env bash
# The README's first command, as a newcomer runs it: the answer must be 2 and 3.
set -eu
npx reckon ask "Solve: x^2 - 5x + 6 = 0" --json >"${TMPDIR:-/tmp}/reckon-ask.jsonl"
tail -n 1 "${TMPDIR:-/tmp}/reckon-ask.jsonl" | node -e '
  const outcome = JSON.parse(require("node:fs").readFileSync(0, "utf8")).solveEnded.outcome;
  const roots = (outcome.answer.match(/-?\d+/g) ?? []).map(Number).sort();
  if (roots.join() !== "2,3") throw new Error(`answer ${outcome.answer}, expected 2 and 3`);
  console.log(`${outcome.answer} (${outcome.confidence.value}, ${outcome.confidence.kind})`);
'
