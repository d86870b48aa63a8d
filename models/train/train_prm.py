"""Trains the process reward model from the decoder's weights within a budget of minutes: BCE on step ends, a pairwise loss between
right and wrong chains of one problem (Bradley-Terry on the sum of log P(step right)), language-model loss on right lines."""

import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F

from export import load_decoder, load_reward_model
from model import RewardModel
from paths import WORK
from prm_data import batches, by_problem, collate, prepare
from selection import auc, within_auc
from tokenizer import load
from train_decoder import learning_rate


def step_features(logits, batch):
    """The four features of each step, [N, 4], as RewardModel.surprise computes them, for all steps of a batch at once."""
    logp = logits.float().log_softmax(-1)
    entropy = -(logp.exp() * logp).sum(-1)
    taken = logp.gather(-1, batch["ids"][:, 1:, None])[..., 0]
    inside = batch["segment"] >= 0
    segment, count = batch["segment"][inside], len(batch["label"])
    zeros = torch.zeros(count)
    lowest = zeros.scatter_reduce(0, segment, taken[inside], "amin")
    total = zeros.scatter_add(0, segment, taken[inside])
    size = zeros.scatter_add(0, segment, torch.ones(len(segment)))
    mean_entropy = zeros.scatter_add(0, segment, entropy[inside]) / size
    return torch.stack([lowest, total, total / size, mean_entropy], -1), taken


def step_logits(model: RewardModel, trunk, batch):
    """(logit of P(right) of each step, log-probabilities of the taken tokens [B, S - 1])."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = trunk(batch["ids"])
        logits = model.decoder.logits(hidden[:, :-1])
    features, taken = step_features(logits, batch)
    return model.head(hidden.float()[batch["row"], batch["end"]], features), taken


def weights_of(batch, share_right: float):
    """Balances right against wrong; lines after the first error count for less, they are the easy ones."""
    wrong = torch.where(batch["first"], 1.0, 0.3)
    return torch.where(batch["label"] == 1, (1 - share_right) / share_right, wrong)


def chain_logits(logit, batch):
    """log P(all steps right) of each chain, [B]: the score whose order within a problem counts."""
    return torch.zeros(len(batch["ids"])).index_add(0, batch["row"], F.logsigmoid(logit))


@torch.no_grad()
def held_out_auc(model: RewardModel, rows: list[dict]) -> tuple[float, float]:
    """(AUC over steps, mean AUC of log P(all steps right) within a problem) on problems that were not trained on."""
    scores, labels, within = [], [], []
    for group in by_problem(rows):
        batch = collate(group)
        logit, _ = step_logits(model, model.decoder.trunk, batch)
        scores.append(logit)
        labels.append(batch["label"])
        right = np.array([r["right"] for r in group])
        if 0 < right.sum() < len(right):
            within.append(within_auc(chain_logits(logit, batch).numpy()[None], right[None]))
    # A decoder that is never, or always, right leaves nothing to compare.
    return auc(torch.cat(scores).numpy(), torch.cat(labels).numpy()), float(np.mean(within)) if within else 0.5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--peak", type=float, default=1e-3)
    parser.add_argument("--tokens", type=int, default=8_000)
    parser.add_argument("--lm", type=float, default=0.3, help="weight of the language-model loss")
    parser.add_argument("--pairs", type=float, default=0.5, help="weight of the pairwise loss")
    parser.add_argument("--held-out", type=int, default=300, help="problems kept back to choose the best checkpoint by")
    parser.add_argument("--checks", type=int, default=6, help="evaluations on them, in the second half")
    parser.add_argument("--resume", action="store_true", help="start from the weights in prm.pt instead of the decoder's")
    parser.add_argument("--chains", default="chains.pt", help="comma-separated files")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    tokenizer, rng = load(), np.random.default_rng(options.seed)
    model = (load_reward_model() if options.resume else RewardModel(load_decoder())).train()
    rows = []
    for index, name in enumerate(options.chains.split(",")):
        chains = torch.load(WORK / name, weights_only=False)
        rows += prepare([{**c, "problem": c["problem"] + index * 10_000_000} for c in chains], tokenizer)
    problems = by_problem(rows)
    kept = min(options.held_out, max(1, len(problems) // 10))
    kept_back = [r for group in problems[len(problems) - kept :] for r in group]
    rows = [r for group in problems[: len(problems) - kept] for r in group]
    steps = [s for r in rows for s in r["steps"]]
    first_wrong = sum(any(l == 0 for _, _, l in r["steps"]) for r in rows)
    right = sum(l for _, _, l in steps)
    share_right = right / (right + first_wrong + 0.3 * (len(steps) - right - first_wrong))
    share_right = min(max(share_right, 0.01), 0.99)  # A decoder that is never, or always, right leaves nothing to balance.
    print(f"{len(rows)} chains, {len(steps)} steps, {right / len(steps):.3f} right, {first_wrong} first errors", flush=True)
    matrices = [p for n, p in model.decoder.named_parameters() if p.dim() == 2 and "embed" not in n]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    optims = [
        torch.optim.Muon(matrices, lr=options.peak, weight_decay=0.02, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=options.peak, betas=(0.9, 0.95), weight_decay=0.0),
    ]
    trunk = torch.compile(model.decoder.trunk, dynamic=True)
    budget, began, count, running = options.minutes * 60, time.monotonic(), 0, None
    epoch, checks, best = 0, 0, (-1.0, None)

    def check() -> None:
        nonlocal best
        model.eval()
        steps_auc, within = held_out_auc(model, kept_back)
        model.train()
        print(f"held out: steps {steps_auc:.4f}, chains within a problem {within:.4f}", flush=True)
        if within > best[0]:
            best = (within, {name: value.clone() for name, value in model.state_dict().items()})

    while time.monotonic() - began < budget:
        epoch += 1
        for batch in batches(rows, options.tokens, rng):
            progress = (time.monotonic() - began) / budget
            if progress >= 1:
                break
            logit, taken = step_logits(model, trunk, batch)
            weight = weights_of(batch, share_right)
            bce = F.binary_cross_entropy_with_logits(logit, batch["label"].float(), weight, reduction="sum") / weight.sum()
            chain = chain_logits(logit, batch)
            gaps = chain[batch["better"]] - chain[batch["worse"]]
            pairs = F.softplus(-gaps).mean() if len(gaps) > 0 else torch.zeros(())
            loss = bce + options.pairs * pairs + options.lm * -taken[batch["lm"]].mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optim in optims:
                for group in optim.param_groups:
                    group["lr"] = options.peak * learning_rate(progress)
                optim.step()
                optim.zero_grad()
            count += 1
            running = bce.item() if running is None else 0.98 * running + 0.02 * bce.item()
            if count % 50 == 0:
                print(f"{progress * options.minutes:6.2f} min epoch {epoch} step {count} bce {running:.4f}", flush=True)
            if progress > 0.5 + 0.5 * (checks + 1) / (options.checks + 1):
                checks += 1
                check()
    check()
    torch.save({"model": best[1], "shape": model.decoder.shape.to_dict(), "steps": count}, WORK / "prm.pt")


if __name__ == "__main__":
    main()
