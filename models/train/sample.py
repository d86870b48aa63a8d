"""Batched sampling with a KV cache (PyTorch), for watching accuracy during training."""

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
    # Rows that ended stay in the batch for a while: they write over their last position.
    cache.lengths.clamp_(max=model.shape.context - 1)
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


def sample_batch(model: Decoder, prompts: list[list[int]], longest: int, temperature: float, generator):
    """Samples one chain for each prompt: ids without the prompt, <eos> included where it was reached."""
    lengths = torch.tensor([len(p) for p in prompts])
    width = int(lengths.max())
    ids = torch.full((len(prompts), width), PAD)
    for row, prompt in enumerate(prompts):
        ids[row, : len(prompt)] = torch.tensor(prompt)
    cache = Cache(model, len(prompts), min(model.shape.context, width + longest))
    logits = prefill(model, ids, lengths, cache)
    out: list[list[int]] = [[] for _ in prompts]
    alive = torch.arange(len(prompts))
    running = torch.ones(len(prompts), dtype=torch.bool)
    for index in range(longest):
        if temperature == 0:
            tokens = logits.argmax(-1)
        else:
            tokens = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)[:, 0]
        for row, token, on in zip(alive.tolist(), tokens.tolist(), running.tolist()):
            if on:
                out[row].append(token)
        running = running & (tokens != EOS) & (cache.lengths + 1 < model.shape.context)
        count = int(running.sum())
        if count == 0:
            break
        # Dropping rows copies the cache: worth it only now and then.
        if count < 0.85 * len(running):
            keep = running.nonzero()[:, 0]
            alive, tokens, running = alive[keep], tokens[keep], running[keep]
            cache.keep(keep)
        logits = step(model, tokens, cache)
    return out


def sample_ids(model: Decoder, tokenizer, prompts: list[str], temperature=1.0, longest=320, batch=256, seed=1):
    """The ids of one chain for each prompt, in order."""
    generator = torch.Generator().manual_seed(seed)
    encoded = [encode_prompt(tokenizer, prompt)[:400] for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    results: list = [None] * len(prompts)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        chains = sample_batch(model, [encoded[i] for i in rows], longest, temperature, generator)
        for index, chain in zip(rows, chains):
            results[index] = chain
    return results


def to_text(tokenizer, chain: list[int]) -> str:
    """The text of a chain; one that never ended is marked, so that its last line counts as no line."""
    ended = bool(chain) and chain[-1] == EOS
    return tokenizer.decode(chain[:-1] if ended else chain, skip_special_tokens=False) + ("" if ended else " …")


def sample(model: Decoder, tokenizer, prompts: list[str], **options) -> list[str]:
    """One chain text for each prompt, in order."""
    return [to_text(tokenizer, chain) for chain in sample_ids(model, tokenizer, prompts, **options)]


def answer_of(chain: str) -> str | None:
    """What follows `Answer: ` in the last line, None when the chain has no answer."""
    last = chain.rsplit("\n", 1)[-1]
    return last[len("Answer: ") :] if last.startswith("Answer: ") else None
