"""Judges decoder and reward model on sampled chains (chains.py with --unique): accuracy by band, voting, PRM, aggregation."""

import argparse
from collections import defaultdict

import numpy as np
import torch

from export import load_reward_model
from paths import WORK
from prm_data import collate, prepare
from sample import answer_of
from selection import aggregate, auc, best_of, vote, within_auc
from tokenizer import load
from train_prm import step_logits


def score(rows: list[dict], tokenizer, checkpoint: str) -> list[list[float]]:
    """P(right) of each step of each chain."""
    model = load_reward_model(checkpoint)
    prepared = prepare(rows, tokenizer)
    if len(prepared) != len(rows):
        raise RuntimeError("a chain without a finished step cannot be scored")
    scores: list[list[float]] = [[] for _ in rows]
    order = sorted(range(len(rows)), key=lambda i: len(prepared[i]["sequence"]))
    with torch.no_grad():
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            batch = collate([prepared[i] for i in chosen])
            values = step_logits(model, model.decoder.trunk, batch)[0].sigmoid().tolist()
            for row, value in zip(batch["row"].tolist(), values):
                scores[chosen[row]].append(value)
    return scores


def table(rows: list[dict], key) -> dict:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row["right"])
    return {k: (round(float(np.mean(v)), 3), len(v)) for k, v in sorted(groups.items())}


def answers_of(rows: list[dict], samples: int) -> np.ndarray:
    """Answers as small integers, [questions, samples]: equal numbers mean equal answers of a question."""
    out = np.zeros((len(rows) // samples, samples), dtype=int)
    for question in range(len(out)):
        seen: dict = {}
        for index in range(samples):
            answer = answer_of(rows[question * samples + index]["text"])
            # A chain without an answer votes for nobody: its own cluster.
            out[question, index] = seen.setdefault(answer if answer is not None else f"none {index}", len(seen))
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--chains", default="validation.pt")
    parser.add_argument("--prm", default="prm.pt")
    parser.add_argument("--by-level", action="store_true")
    options = parser.parse_args()
    rows = torch.load(WORK / options.chains, weights_only=False)
    samples = sum(r["problem"] == rows[0]["problem"] for r in rows)
    print("one sample by band", table(rows, lambda r: r["band"]))
    print("one sample by family and band", table(rows, lambda r: f"{r['family']}/{r['band']}"))
    if options.by_level:
        print("by level", table(rows, lambda r: f"{r['family']}/{r['level']:02d}"))
    right = np.array([r["right"] for r in rows]).reshape(-1, samples)
    answers, ones = answers_of(rows, samples), np.ones(right.shape)
    for n in (1, 2, 4, 8, 16):
        if n <= samples:
            print(f"N={n} majority {vote(answers, right, ones, n):.4f}")
    for band in ("easy", "medium", "hard"):
        of = np.array([r["band"] == band for r in rows[::samples]])
        print(band, {n: round(vote(answers[of], right[of], ones[of], n), 3) for n in (1, 4, 8, 16) if n <= samples})
    print(f"pass@{samples} {right.max(1).mean():.4f}")
    logprob = np.array([r["logprob"] for r in rows]).reshape(-1, samples)
    chance = np.exp(logprob - logprob.max(1, keepdims=True))
    print(f"logprob: AUC {auc(logprob.ravel(), right.ravel()):.4f} within {within_auc(logprob, right):.4f}")
    print(f"logprob: vote@8 {vote(answers, right, chance, min(8, samples)):.4f} best@8 {best_of(right, logprob, 8):.4f}")
    if not (WORK / options.prm).exists():
        return
    scores = score(rows, load(), options.prm)
    flat = np.array([s for chain in scores for s in chain])
    labels = np.array([l for r, chain in zip(rows, scores) for l in r["labels"][: len(chain)]])
    print(f"PRM step AUC {auc(flat, labels):.4f}")
    for how in ("min", "last", "product", "mean"):
        value = np.array([aggregate(chain, how) for chain in scores]).reshape(-1, samples)
        line = f"{how}: AUC {auc(value.ravel(), right.ravel()):.4f} within {within_auc(value, right):.4f}"
        for name, weight in {
            "p": value,
            "p^2": value**2,
            "p^4": value**4,
            "odds": value / (1 - value + 1e-3),
        }.items():
            line += f" | {name} vote@8 {vote(answers, right, weight, 8):.4f}"
        top = min(16, samples)
        print(line, f"| best@8 {best_of(right, value, 8):.4f} best@{top} {best_of(right, value, top, 1):.4f}")


if __name__ == "__main__":
    main()
