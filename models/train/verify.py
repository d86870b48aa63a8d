"""Compares the ONNX files with PyTorch: incremental ragged chunks over a padded cache must equal one full forward pass."""

import sys

import numpy as np
import onnxruntime as ort
import torch

from export import load_decoder, load_reward_model
from paths import WEIGHTS

TOLERANCE = 1e-4


def session(file: str) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(WEIGHTS / file), options, providers=["CPUExecutionProvider"])


class Rows:
    """A ragged batch with its cache, fed chunk by chunk through a session."""

    def __init__(self, run: ort.InferenceSession, shape, batch: int, capacity: int, garbage: bool):
        fill = np.random.default_rng(5).normal(size=(batch, shape.heads, capacity, shape.head_dim)) if garbage else 0
        size = (batch, shape.heads, capacity, shape.head_dim)
        self.run, self.shape = run, shape
        self.cache = {f"past_{n}_{i}": np.zeros(size, np.float32) + np.float32(fill) for i in range(shape.layers) for n in "kv"}
        self.lengths = np.zeros(batch, np.int64)

    def feed(self, chunks: list, keep: list, extra: dict | None = None):
        """Feeds one right-padded chunk a row and keeps the first keep[b] of its keys and values."""
        ids = np.zeros((len(chunks), max(map(len, chunks))), np.int64)
        for row, chunk in enumerate(chunks):
            ids[row, : len(chunk)] = chunk
        used = int(self.lengths.max())
        feeds = {"input_ids": ids, "past_lengths": self.lengths, **(extra or {})}
        feeds |= {name: value[:, :, :used] for name, value in self.cache.items()}
        names = [output.name for output in self.run.get_outputs()]
        out = dict(zip(names, self.run.run(None, feeds)))
        for name, value in self.cache.items():
            new = out[name.replace("past", "new")]
            for row, count in enumerate(keep):
                value[row, :, self.lengths[row] : self.lengths[row] + count] = new[row, :, :count]
        self.lengths = self.lengths + np.array(keep)
        return out


def check_decoder() -> float:
    model, rng = load_decoder(), np.random.default_rng(1)
    rows = [rng.integers(4, model.shape.vocab, size=n) for n in (70, 33, 51)]
    with torch.no_grad():
        full = [model(torch.tensor(row)[None])[0].numpy() for row in rows]
    batch = Rows(session("decoder.onnx"), model.shape, 3, 80, garbage=True)
    worst, at = 0.0, [0, 0, 0]
    for sizes in [(20, 5, 11), *([(1, 1, 1)] * 6), (9, 3, 20), *([(1, 1, 1)] * 4)]:
        chunks = [row[a : a + n] for row, a, n in zip(rows, at, sizes)]
        logits = batch.feed(chunks, list(sizes))["logits"]
        for b, n in enumerate(sizes):
            worst = max(worst, float(np.abs(logits[b, :n] - full[b][at[b] : at[b] + n]).max()))
            at[b] += n
    return worst


def check_reward_model() -> float:
    model, rng = load_reward_model(), np.random.default_rng(2)
    shape = model.decoder.shape
    prompts, steps = (18, 7), [(6, 9), (11, 4), (8, 8)]
    rows = [rng.integers(4, shape.vocab, size=p + sum(s[b] for s in steps)) for b, p in enumerate(prompts)]
    batch = Rows(session("prm.onnx"), shape, 2, 80, garbage=True)
    lengths = np.array(prompts)
    # The prompt prefill keeps all but its last token, which is fed again as the first of the next chunk.
    batch.feed([r[:p] for r, p in zip(rows, prompts)], [p - 1 for p in prompts], {"chunk_lengths": lengths})
    worst, at = 0.0, list(prompts)
    for sizes in steps:
        chunks = [r[a - 1 : a + n] for r, a, n in zip(rows, at, sizes)]
        got = batch.feed(chunks, list(sizes), {"chunk_lengths": np.array([n + 1 for n in sizes])})["scores"]
        for b, n in enumerate(sizes):
            ids = torch.tensor(rows[b])[None]
            with torch.no_grad():
                hidden = model.decoder.trunk(ids)
                start, end = torch.tensor([at[b] - 1]), torch.tensor([at[b] + n - 1])
                features = model.surprise(model.decoder.logits(hidden), ids, start, end)
                want = model.head(hidden[:, end[0]], features).sigmoid()[0].item()
            worst = max(worst, abs(want - float(got[b])))
            at[b] += n
    return worst


if __name__ == "__main__":
    worst = {"decoder": check_decoder(), "prm": check_reward_model()}
    print("largest difference", worst)
    sys.exit(0 if max(worst.values()) < TOLERANCE else 1)
