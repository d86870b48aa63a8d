"""Samples chains from the exported decoder on the product's own engine, labels their lines and stores them: training data of the
reward model."""

import argparse
import json
import subprocess
import tempfile
import time

import torch

from label import label
from paths import ROOT, WEIGHTS, WORK
from problems import NODE, generate
from sample import answer_of
from tokenizer import EOS, load


def sampled(problems: list[dict], samples: int, seed: int):
    """Yields the samples `{text, ended, logprob}` of each problem, in order, from libs/engine/src/sample-cli.ts."""
    command = [NODE, str(ROOT / "libs" / "engine" / "src" / "sample-cli.ts"), "--weights", str(WEIGHTS)]
    command += ["--samples", str(samples), "--seed", str(seed)]
    with tempfile.TemporaryFile("w+") as prompts:
        prompts.writelines(json.dumps({"prompt": p["prompt"]}) + "\n" for p in problems)
        prompts.seek(0)
        with subprocess.Popen(command, stdin=prompts, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode != 0:
            raise RuntimeError(f"the engine left with {process.returncode}")


def collect(tokenizer, problems: list[dict], drawn: list[list[dict]]) -> list[dict]:
    """One labelled row a sample: {prompt, ids, labels, right, logprob, text, ...}; `drawn` holds the samples of each problem."""
    pairs = [(p, s) for p, samples in zip(problems, drawn) for s in samples]
    # A chain that ran out of room is marked, so that its last line counts as no line.
    texts = [s["text"] + ("" if s["ended"] else " …") for _, s in pairs]
    labels = label([p for p, _ in pairs], texts)
    return [
        {
            "band": p["band"],
            "family": p["family"],
            "level": p["params"]["level"],
            "prompt": p["prompt"],
            "ids": tokenizer.encode(s["text"]).ids + ([EOS] if s["ended"] else []),
            "labels": rows,
            "right": int(answer_of(text) == p["answer"]),
            "logprob": s["logprob"],
            "text": text,
        }
        for (p, s), text, rows in zip(pairs, texts, labels)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", default="train")
    parser.add_argument("--seed", type=int, default=501)
    parser.add_argument("--problems", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--bands")
    parser.add_argument("--levels")
    parser.add_argument("--unique", action="store_true")
    parser.add_argument("--out", default="chains.pt")
    options = parser.parse_args()
    kinds = {"bands": options.bands, "unique": options.unique, "levels": options.levels}
    problems = list(generate(options.split, options.seed, options.problems, **kinds))
    tokenizer, began = load(), time.monotonic()
    drawn = list(sampled(problems, options.samples, options.seed))
    rows = collect(tokenizer, problems, drawn)
    for index, row in enumerate(rows):
        row["problem"] = index // options.samples
    torch.save(rows, WORK / options.out)
    right = sum(r["right"] for r in rows) / len(rows)
    print(f"{len(rows)} chains, {right:.3f} right, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
