"""Labels of sampled chains from the TypeScript step checker (models/src/label-cli.ts)."""

import json
import subprocess

from paths import MODELS
from problems import NODE


def label(problems: list[dict], chains: list[str]) -> list[list[int]]:
    """For each chain one 0 or 1 a line: is the line right (and no earlier line wrong)?"""
    rows = (
        json.dumps({"steps": p["steps"], "answer": p["answer"], "chain": chain}) for p, chain in zip(problems, chains)
    )
    command = [NODE, str(MODELS / "src" / "label-cli.ts")]
    done = subprocess.run(command, input="\n".join(rows) + "\n", capture_output=True, text=True, check=True)
    labels = [json.loads(line) for line in done.stdout.splitlines()]
    if len(labels) != len(chains):
        raise RuntimeError(f"{len(labels)} labels for {len(chains)} chains")
    return labels
