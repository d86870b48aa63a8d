"""The decoder (Llama-style: RMSNorm, RoPE, SwiGLU, tied embeddings, no biases) and the process reward model on the same trunk."""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    vocab: int = 640
    layers: int = 4
    heads: int = 6
    head_dim: int = 32
    hidden: int = 512
    context: int = 512

    @property
    def width(self) -> int:
        return self.heads * self.head_dim

    def to_dict(self) -> dict:
        return asdict(self)


class RMSNorm(nn.Module):
    EPSILON = 1e-5

    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, self.EPSILON)


def rope_table(shape: Shape, base: float = 10_000.0):
    """cos and sin of every position, [context, head_dim], halves repeated (rotate-half form)."""
    frequency = base ** (-torch.arange(0, shape.head_dim, 2).float() / shape.head_dim)
    angle = torch.arange(shape.context).float()[:, None] * frequency[None, :]
    angle = torch.cat([angle, angle], dim=-1)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        width = shape.width
        self.attention_norm = RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.mlp_norm = RMSNorm(width)
        self.gate_up = nn.Linear(width, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, width, bias=False)

    def heads(self, x, cos, sin):
        batch, length, _ = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, length, 3 * self.shape.heads, self.shape.head_dim).transpose(1, 2)
        q, k, v = qkv.chunk(3, dim=1)
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def finish(self, x, attended):
        batch, heads, length, dim = attended.shape
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, heads * dim))
        gate, up = self.gate_up(self.mlp_norm(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)

    def forward(self, x, cos, sin):
        q, k, v = self.heads(x, cos, sin)
        q, k = q.to(v.dtype), k.to(v.dtype)
        return self.finish(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))


class Decoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocab, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.width)
        cos, sin = rope_table(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                residual = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(parameter, std=0.02 if "embed" in name else 0.05 / (2 * shape.layers) ** (0.5 if residual else 0))

    def trunk(self, ids):
        """Final hidden states [B, S, width] of whole sequences from position 0; padding on the right is harmless (causal)."""
        x = self.embed(ids)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.embed.weight)

    def forward(self, ids):
        return self.logits(self.trunk(ids))

    @torch.no_grad()
    def cached(self, ids, past_lengths, past):
        """One chunk with a cache: `past` is a list of (k, v), [B, H, T, D]; returns hidden states and the chunk's own (k, v)."""
        length, capacity = ids.shape[1], past[0][0].shape[2]
        position = (past_lengths[:, None] + torch.arange(length)).clamp(max=self.shape.context - 1)
        cos, sin = self.cos[position][:, None], self.sin[position][:, None]
        visible = torch.cat(
            [
                (torch.arange(capacity)[None] < past_lengths[:, None])[:, None, None, :].expand(-1, 1, length, -1),
                torch.ones(length, length, dtype=torch.bool).tril()[None, None].expand(ids.shape[0], 1, -1, -1),
            ],
            dim=-1,
        )
        x, new = self.embed(ids), []
        for block, (past_k, past_v) in zip(self.blocks, past):
            q, k, v = block.heads(x, cos, sin)
            new.append((k, v))
            keys, values = torch.cat([past_k, k], 2), torch.cat([past_v, v], 2)
            x = block.finish(x, F.scaled_dot_product_attention(q, keys, values, attn_mask=visible))
        return self.norm(x), new


class RewardModel(nn.Module):
    """P(step is right) from the trunk's state at the step's last token and the trunk's own surprise over the step."""

    FEATURES = 4
    HEAD = 64

    def __init__(self, trunk: Decoder):
        super().__init__()
        self.decoder = trunk
        self.hidden = nn.Linear(trunk.shape.width + self.FEATURES, self.HEAD, bias=True)
        self.score = nn.Linear(self.HEAD, 1, bias=True)

    @staticmethod
    def surprise(logits, ids, starts, ends):
        """Features [N, 4] of the steps between `starts` and `ends` (index of the token before the step, and of its last):
        lowest, summed and mean log-probability of the step's tokens, and mean entropy. `logits` [N, S, V], `ids` [N, S]."""
        logp = logits.float().log_softmax(-1)
        entropy = -(logp.exp() * logp).sum(-1)[:, :-1]
        taken = logp[:, :-1].gather(-1, ids[:, 1:, None])[..., 0]
        return RewardModel.pool(taken, entropy, starts, ends)

    @staticmethod
    def pool(taken, entropy, starts, ends):
        index = torch.arange(taken.shape[1])[None]
        inside = (index >= starts[:, None]) & (index < ends[:, None])
        count = inside.sum(-1).clamp(min=1)
        total = taken.masked_fill(~inside, 0).sum(-1)
        lowest = taken.masked_fill(~inside, 0).min(-1).values
        mean_entropy = entropy.masked_fill(~inside, 0).sum(-1) / count
        return torch.stack([lowest, total, total / count, mean_entropy], dim=-1)

    def head(self, hidden, features):
        """Logit of P(right), [N]."""
        return self.score(F.silu(self.hidden(torch.cat([hidden, features], dim=-1))))[..., 0]
