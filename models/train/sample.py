"""Batched sampling with a KV cache (PyTorch), for labels and for watching accuracy during training."""

import torch
import torch.nn.functional as F

from data import encode_prompt
from model import Decoder, rotate
from tokenizer import EOS, PAD


class Cache:
    """Keys and values of a batch, [B, H, capacity, D] a layer, with the number of valid positions a row."""

    def __init__(self, model: Decoder, batch: int, capacity: int):
        shape = model.shape
        size = (batch, shape.heads, capacity, shape.head_dim)
        self.layers = [[torch.zeros(size), torch.zeros(size)] for _ in range(shape.layers)]
        self.lengths = torch.zeros(batch, dtype=torch.long)

    def keep(self, rows: torch.Tensor) -> None:
        self.layers = [[k[rows], v[rows]] for k, v in self.layers]
        self.lengths = self.lengths[rows]


@torch.no_grad()
def prefill(model: Decoder, ids: torch.Tensor, lengths: torch.Tensor, cache: Cache) -> torch.Tensor:
    """Fills the cache from right-padded prompts and returns the logits after each row's last token, [B, V]."""
    cos, sin = model.cos[: ids.shape[1]], model.sin[: ids.shape[1]]
    x = model.embed(ids)
    for block, layer in zip(model.blocks, cache.layers):
        q, k, v = block.heads(x, cos, sin)
        layer[0][:, :, : ids.shape[1]] = k
        layer[1][:, :, : ids.shape[1]] = v
        x = block.finish(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))
    cache.lengths = lengths.clone()
    last = x[torch.arange(len(ids)), lengths - 1]
    return model.logits(model.norm(last))


@torch.no_grad()
def step(model: Decoder, ids: torch.Tensor, cache: Cache) -> torch.Tensor:
    """Feeds one token a row, [B], and returns the next logits, [B, V]."""
    rows = torch.arange(len(ids))
    used = int(cache.lengths.max()) + 1
    visible = (torch.arange(used)[None] <= cache.lengths[:, None])[:, None, None]
    cos, sin = model.cos[cache.lengths][:, None, None], model.sin[cache.lengths][:, None, None]
    x = model.embed(ids)[:, None]
    for block, layer in zip(model.blocks, cache.layers):
        q, k, v = block.heads(x, cos, sin)
        layer[0][rows, :, cache.lengths] = k[:, :, 0]
        layer[1][rows, :, cache.lengths] = v[:, :, 0]
        keys, values = layer[0][:, :, :used], layer[1][:, :, :used]
        x = block.finish(x, F.scaled_dot_product_attention(q, keys, values, attn_mask=visible))
    cache.lengths += 1
    return model.logits(model.norm(x[:, 0]))


def sample_batch(model: Decoder, prompts: list[list[int]], longest: int, temperature: float, generator) -> list[list[int]]:
    """Samples one chain for each prompt; ids without the prompt, <eos> included where it was reached."""
    lengths = torch.tensor([len(p) for p in prompts])
    width = int(lengths.max())
    ids = torch.full((len(prompts), width), PAD)
    for row, prompt in enumerate(prompts):
        ids[row, : len(prompt)] = torch.tensor(prompt)
    cache = Cache(model, len(prompts), min(model.shape.context, width + longest))
    logits = prefill(model, ids, lengths, cache)
    out: list[list[int]] = [[] for _ in prompts]
    alive = torch.arange(len(prompts))
    for index in range(longest):
        if temperature == 0:
            tokens = logits.argmax(-1)
        else:
            tokens = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)[:, 0]
        for row, token in zip(alive.tolist(), tokens.tolist()):
            out[row].append(token)
        running = (tokens != EOS) & (cache.lengths + 1 < model.shape.context)
        if not bool(running.all()):
            keep = running.nonzero()[:, 0]
            if len(keep) == 0:
                break
            alive, tokens = alive[keep], tokens[keep]
            cache.keep(keep)
        logits = step(model, tokens, cache)
    return out


def sample(model: Decoder, tokenizer, prompts: list[str], temperature=1.0, longest=320, batch=256, seed=1) -> list[str]:
    """One chain text for each prompt, in order; chains that never ended lack the final newline-free answer line."""
    generator = torch.Generator().manual_seed(seed)
    encoded = [encode_prompt(tokenizer, prompt)[:400] for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    texts = [""] * len(prompts)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        chains = sample_batch(model, [encoded[i] for i in rows], longest, temperature, generator)
        for index, chain in zip(rows, chains):
            ended = chain[-1] == EOS
            texts[index] = tokenizer.decode(chain[:-1] if ended else chain, skip_special_tokens=False) + ("" if ended else " …")
    return texts


def answer_of(chain: str) -> str | None:
    """What follows `Answer: ` in the last line, None when the chain has no answer."""
    last = chain.rsplit("\n", 1)[-1]
    return last[len("Answer: ") :] if last.startswith("Answer: ") else None
