"""Batches of labelled chains for the reward model: token ids, the steps' boundaries and labels, and where the language model may learn."""

import numpy as np
import torch

from data import encode_prompt
from tokenizer import EOS, PAD


def newline_id(tokenizer) -> int:
    return tokenizer.encode("\n").ids[0]


def prepare(rows: list[dict], tokenizer) -> list[dict]:
    """Adds to each row its whole sequence, where the solution starts, and the steps as (token before, last token, label)."""
    newline = newline_id(tokenizer)
    prompts: dict[str, list[int]] = {}
    prepared = []
    for row in rows:
        if row["prompt"] not in prompts:
            prompts[row["prompt"]] = encode_prompt(tokenizer, row["prompt"])
        prompt = prompts[row["prompt"]]
        ids = [*prompt, *row["ids"]]
        ends = [i for i in range(len(prompt), len(ids)) if ids[i] in (newline, EOS)]
        # A chain that ran out of room has an unfinished last line: no step end, no label.
        labels = row["labels"][: len(ends)]
        starts = [len(prompt) - 1, *ends[:-1]][: len(ends)]
        steps = [(s, e, l) for s, e, l in zip(starts, ends, labels)]
        if steps:
            prepared.append({**row, "sequence": np.array(ids, dtype=np.int16), "start": len(prompt) - 1, "steps": steps})
    return prepared


def collate(rows: list[dict]) -> dict:
    """Tensors of a batch. `row`, `start`, `end`, `label`, `first` have one entry a step; `lm` marks next-token targets of right
    lines, [B, S - 1]; `segment` gives each target position its step, -1 outside."""
    length = max(len(r["sequence"]) for r in rows)
    ids = np.full((len(rows), length), PAD, dtype=np.int64)
    lm = np.zeros((len(rows), length - 1), dtype=bool)
    segment = np.full((len(rows), length - 1), -1, dtype=np.int64)
    steps = []
    for b, row in enumerate(rows):
        ids[b, : len(row["sequence"])] = row["sequence"]
        clean = True
        for start, end, label in row["steps"]:
            segment[b, start:end] = len(steps)
            lm[b, start:end] = label == 1
            steps.append((b, start, end, label, clean and label == 0))
            clean = clean and label == 1
    columns = [torch.tensor(column) for column in zip(*steps)]
    names = ("row", "start", "end", "label", "first")
    return {"ids": torch.from_numpy(ids), "lm": torch.from_numpy(lm), "segment": torch.from_numpy(segment)} | dict(
        zip(names, columns)
    )


def batches(rows: list[dict], tokens_per_batch: int, rng: np.random.Generator):
    """Shuffled batches of similar length."""
    jitter = rng.random(len(rows)) * 8
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["sequence"]) + jitter[i])
    groups, group = [], []
    for index in order:
        if group and len(rows[index]["sequence"]) * (len(group) + 1) > tokens_per_batch:
            groups.append(group)
            group = []
        group.append(index)
    groups.append(group)
    rng.shuffle(groups)
    for group in groups:
        yield collate([rows[i] for i in group])
