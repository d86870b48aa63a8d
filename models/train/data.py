"""Token sequences `<bos> prompt <sep> step \\n ... Answer: ... <eos>` in batches of similar length."""

import numpy as np
import torch

from problems import generate, solution_text
from tokenizer import BOS, EOS, PAD, SEP, load


def encode_prompt(tokenizer, prompt: str) -> list[int]:
    return [BOS, *tokenizer.encode(prompt).ids, SEP]


def encode_problems(tokenizer, problems: list[dict], limit: int = 512):
    """(ids, index of <sep>) of each problem that fits the context."""
    prompts = tokenizer.encode_batch([p["prompt"] for p in problems])
    chains = tokenizer.encode_batch([solution_text(p) for p in problems])
    rows = []
    for prompt, chain in zip(prompts, chains):
        ids = [BOS, *prompt.ids, SEP, *chain.ids, EOS]
        if len(ids) <= limit:
            rows.append((np.array(ids, dtype=np.int16), len(prompt.ids) + 1))
    return rows


def batches(rows, tokens_per_batch: int, rng: np.random.Generator):
    """Shuffled batches (ids [B, S], solution mask [B, S - 1] over next-token targets); rows of a batch have similar lengths."""
    jitter = rng.random(len(rows)) * 8
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]) + jitter[i])
    groups, group, longest = [], [], 0
    for index in order:
        longest = max(longest, len(rows[index][0]))
        if group and longest * (len(group) + 1) > tokens_per_batch:
            groups.append(group)
            group, longest = [], len(rows[index][0])
        group.append(index)
    if group:
        groups.append(group)
    rng.shuffle(groups)
    for group in groups:
        length = max(len(rows[i][0]) for i in group)
        ids = np.full((len(group), length), PAD, dtype=np.int64)
        mask = np.zeros((len(group), length - 1), dtype=bool)
        for row, index in enumerate(group):
            sequence, start = rows[index]
            ids[row, : len(sequence)] = sequence
            mask[row, start : len(sequence) - 1] = True
        yield torch.from_numpy(ids), torch.from_numpy(mask)


# Expressions are the hardest family to learn (the plan is longest): three shares of nine.
FAMILIES = "expression,word,linear,expression,quadratic,percent,expression,ratio,sequence"


def endless(seed: int, shard: int, tokens_per_batch: int, levels_of):
    """Batches without end; shard k is a fresh generator seed, `levels_of()` gives the levels of the next shard."""
    tokenizer = load()
    number = 0
    while True:
        number += 1
        shard_seed = seed * 10_000 + number
        problems = list(generate("train", shard_seed, shard, levels=levels_of(), families=FAMILIES, any_order=True))
        rows = encode_problems(tokenizer, problems)
        yield from batches(rows, tokens_per_batch, np.random.default_rng(shard_seed))
