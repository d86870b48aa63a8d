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
            sequence = np.array(ids, dtype=np.int16)
            prepared.append({**row, "sequence": sequence, "steps": steps})
    return prepared


def by_problem(rows: list[dict]) -> list[list[dict]]:
    """The rows of each problem together."""
    groups: dict[int, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["problem"], []).append(row)
    return list(groups.values())


def pairs_of(rows: list[dict]) -> list[tuple[int, int]]:
    """(right chain, wrong chain) of one problem, as places in the batch, for all such pairs."""
    return [
        (i, j)
        for i, a in enumerate(rows)
        for j, b in enumerate(rows)
        if a["problem"] == b["problem"] and a["right"] > b["right"]
    ]


def collate(rows: list[dict]) -> dict:
    """Tensors of a batch. `row`, `start`, `end`, `label`, `first` have one entry a step; `lm` marks next-token targets of right
    lines, [B, S - 1]; `segment` gives each target position its step, -1 outside; `better`, `worse` are the rows of the pairs."""
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
    better, worse = torch.tensor(pairs_of(rows), dtype=torch.long).reshape(-1, 2).T
    tensors = {"ids": torch.from_numpy(ids), "lm": torch.from_numpy(lm), "segment": torch.from_numpy(segment)}
    return tensors | dict(zip(names, columns)) | {"better": better, "worse": worse}


def batches(rows: list[dict], tokens_per_batch: int, rng: np.random.Generator):
    """Shuffled batches of similar length; the samples of a problem stay together, so that they can be compared."""
    problems = by_problem(rows)
    longest = [max(len(r["sequence"]) for r in group) for group in problems]
    jitter = rng.random(len(problems)) * 8
    groups, group, width = [], [], 0
    for index in sorted(range(len(problems)), key=lambda i: longest[i] + jitter[i]):
        width = max(width, longest[index])
        if group and width * (len(group) + len(problems[index])) > tokens_per_batch:
            groups.append(group)
            group, width = [], longest[index]
        group = group + problems[index]
    groups.append(group)
    rng.shuffle(groups)
    for chosen in groups:
        yield collate(chosen)
