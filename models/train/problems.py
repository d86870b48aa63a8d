"""Problems from the TypeScript generator (models/src/generate-cli.ts), one dict each."""

import json
import os
import subprocess

from paths import MODELS, ROOT

NODE = os.environ.get("RECKON_NODE", str(ROOT / "node_modules" / ".bin" / "node"))


def generate(split: str, seed: int, count: int, bands: str | None = None, families: str | None = None, unique=False, levels=None, any_order=False):
    """Yields `count` problems of a split; same arguments, same problems. `any_order` shuffles independent steps."""
    command = [NODE, str(MODELS / "src" / "generate-cli.ts"), "--split", split, "--seed", str(seed), "--count", str(count)]
    for flag, value in (("--bands", bands), ("--families", families), ("--levels", levels)):
        if value:
            command += [flag, value]
    if unique:
        command.append("--unique")
    if any_order:
        command.append("--any-order")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode != 0:
        raise RuntimeError(f"generator left with {process.returncode}")


def solution_text(problem: dict) -> str:
    """The chain as the model writes it, without the end token."""
    return "\n".join([*problem["steps"], f"Answer: {problem['answer']}"])
