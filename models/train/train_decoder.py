"""Trains the decoder within a budget of minutes: Muon + AdamW, bf16 autocast, warm-up, plateau, decay to zero; resumable."""

import argparse
import json
import time
from collections import defaultdict

import torch
import torch.nn.functional as F

from data import endless
from model import Decoder, Shape
from paths import WORK
from problems import generate
from sample import answer_of, sample
from tokenizer import load


def learning_rate(progress: float) -> float:
    """Share of the peak rate at `progress` in [0, 1] of the budget: 2 % warm-up, plateau, linear decay over the last half."""
    return min(progress / 0.02, 1.0, max(0.0, (1.0 - progress) / 0.5)) if progress < 1 else 0.0


def levels_at(progress: float) -> str:
    """Curriculum over the generator's levels (not its bands: those are set afterwards, by measuring the result)."""
    if progress < 0.04:
        return "1-3"
    return "1-6" if progress < 0.10 else "1-14"


def optimisers(model: Decoder, peak: float):
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or "embed" in n]
    muon = torch.optim.Muon(matrices, lr=peak, weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw")
    adam = torch.optim.AdamW(others, lr=peak, betas=(0.9, 0.95), weight_decay=0.0)
    return [muon, adam]


def loss_of(model: Decoder, trunk, ids, mask):
    """Mean next-token loss over the solution part; `trunk` is the model's trunk, compiled."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = trunk(ids[:, :-1])[mask]
        logits = model.logits(hidden)
    return F.cross_entropy(logits.float(), ids[:, 1:][mask])


def evaluate(model: Decoder, tokenizer, count: int) -> dict:
    """Exact-answer accuracy of one sample at temperature 1 on validation problems, by band and by family and band."""
    problems = list(generate("validation", 99, count))
    chains = sample(model, tokenizer, [p["prompt"] for p in problems])
    table = defaultdict(list)
    for problem, chain in zip(problems, chains):
        right = answer_of(chain) == problem["answer"]
        table[problem["band"]].append(right)
        table[f"{problem['family']}/{problem['band']}"].append(right)
    return {key: round(sum(rows) / len(rows), 3) for key, rows in sorted(table.items())}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peak", type=float, default=3e-3)
    parser.add_argument("--tokens", type=int, default=8_000)
    parser.add_argument("--shard", type=int, default=20_000)
    parser.add_argument("--evaluate-every", type=float, default=5, help="minutes")
    parser.add_argument("--evaluate", type=int, default=420, help="validation problems")
    parser.add_argument("--keep", action="store_true", help="keep the weights of each evaluation, to choose among them")
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    model = Decoder(Shape())
    optims = optimisers(model, options.peak)
    checkpoint = WORK / "decoder.pt"
    spent, steps, tokens = 0.0, 0, 0
    if checkpoint.exists() and not options.fresh:
        state = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        for optim, saved in zip(optims, state["optimisers"]):
            optim.load_state_dict(saved)
        torch.set_rng_state(state["rng"])
        spent, steps, tokens = state["spent"], state["steps"], state["tokens"]
    trunk = torch.compile(model.trunk, dynamic=True)
    tokenizer = load()
    budget = options.minutes * 60
    # A resumed run draws fresh shards: the number of steps so far is part of the seed.
    stream = endless(options.seed + steps, options.shard, options.tokens, lambda: levels_at(spent / budget))
    log = open(WORK / "decoder.log.jsonl", "a")
    running, last_eval, mark = None, spent, time.monotonic()
    while spent < budget:
        ids, mask = next(stream)
        rate = options.peak * learning_rate(spent / budget)
        loss = loss_of(model, trunk, ids, mask)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optim in optims:
            for group in optim.param_groups:
                group["lr"] = rate
            optim.step()
            optim.zero_grad()
        now = time.monotonic()
        # A machine that is busy with other work must not eat the budget: a step counts for two seconds at most.
        spent, mark = spent + min(now - mark, 2.0), now
        steps, tokens = steps + 1, tokens + ids.numel()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if steps % 50 == 0:
            line = f"{spent / 60:6.2f} min step {steps} tokens {tokens / 1e6:.2f}M loss {running:.4f} rate {rate:.2e}"
            print(line, flush=True)
        if spent - last_eval > options.evaluate_every * 60 or spent >= budget:
            last_eval = spent
            state = {"model": model.state_dict(), "optimisers": [o.state_dict() for o in optims], "rng": torch.get_rng_state()}
            torch.save({**state, "spent": spent, "steps": steps, "tokens": tokens, "shape": model.shape.to_dict()}, checkpoint)
            if options.keep:
                weights = {"model": model.state_dict(), "shape": model.shape.to_dict(), "minutes": spent / 60}
                torch.save(weights, WORK / f"decoder-{spent / 60:.0f}min.pt")
            table = evaluate(model, tokenizer, options.evaluate)
            print(json.dumps(table), flush=True)
            log.write(json.dumps({"minutes": spent / 60, "steps": steps, "tokens": tokens, "loss": running, **table}) + "\n")
            log.flush()
            mark = time.monotonic()


if __name__ == "__main__":
    main()
