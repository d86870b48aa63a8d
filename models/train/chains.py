"""Samples chains from the trained decoder, labels their lines and stores them: training data of the reward model."""

import argparse
import time

import torch

from export import load_decoder
from label import label
from paths import WORK
from problems import generate
from sample import answer_of, sample_ids, to_text
from tokenizer import load


def collect(problems: list[dict], seed: int) -> list[dict]:
    """One sampled chain for each problem: {problem index, prompt, ids, labels, logprob, answer}."""
    model, tokenizer = load_decoder(), load()
    sampled = sample_ids(model, tokenizer, [p["prompt"] for p in problems], seed=seed)
    texts = [to_text(tokenizer, ids) for ids, _ in sampled]
    labels = label(problems, texts)
    return [
        {
            "band": p["band"],
            "family": p["family"],
            "level": p["params"]["level"],
            "prompt": p["prompt"],
            "ids": ids,
            "labels": rows,
            "right": int(answer_of(text) == p["answer"]),
            "logprob": total,
            "text": text,
        }
        for p, (ids, total), text, rows in zip(problems, sampled, texts, labels)
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
    drawn = generate(
        options.split, options.seed, options.problems, bands=options.bands, unique=options.unique, levels=options.levels
    )
    problems = list(drawn)
    rows, began = [], time.monotonic()
    # Parts keep memory low, and the file is whole after each: the run may be cut short.
    part = max(1, 4096 // options.samples)
    for start in range(0, len(problems), part):
        chosen = problems[start : start + part]
        repeated = [p for p in chosen for _ in range(options.samples)]
        found = collect(repeated, options.seed + start)
        for index, row in enumerate(found):
            row["problem"] = start + index // options.samples
        rows += found
        torch.save(rows, WORK / options.out)
        right = sum(r["right"] for r in rows) / len(rows)
        print(f"{len(rows)} chains, {right:.3f} right, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
