"""Selectors over samples of one question, and the figures that judge them."""

import numpy as np


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Probability that a right item scores above a wrong one (ties half): the rank-sum statistic."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    sorted_scores = scores[order]
    bounds = np.flatnonzero(np.r_[True, sorted_scores[1:] != sorted_scores[:-1], True])
    for low, high in zip(bounds[:-1], bounds[1:]):
        ranks[order[low:high]] = (low + high + 1) / 2
    positives = labels.sum()
    negatives = len(labels) - positives
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def within_auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Mean over the questions that have both right and wrong samples; arrays [questions, samples]."""
    mixed = [(s, l) for s, l in zip(scores, labels) if 0 < l.sum() < len(l)]
    return float(np.mean([auc(s, l) for s, l in mixed]))


def aggregate(steps: list[float], how: str) -> float:
    if how == "min":
        return min(steps)
    if how == "last":
        return steps[-1]
    return float(np.prod(steps)) if how == "product" else float(np.mean(steps))


def vote(answers: np.ndarray, right: np.ndarray, weights: np.ndarray, n: int, draws: int = 40, seed: int = 0) -> float:
    """Expected accuracy of the weighted vote of n samples, over random subsets; ties counted by their share."""
    rng = np.random.default_rng(seed)
    total = 0.0
    for question in range(len(answers)):
        for _ in range(draws):
            chosen = rng.permutation(answers.shape[1])[:n]
            ids, w, r = answers[question, chosen], weights[question, chosen], right[question, chosen]
            sums = np.bincount(ids, w)
            best = np.flatnonzero(sums >= sums.max() - 1e-12)
            total += np.mean([r[ids == b].max() if (ids == b).any() else 0 for b in best]) / draws
    return total / len(answers)


def best_of(right: np.ndarray, scores: np.ndarray, n: int, draws: int = 40, seed: int = 0) -> float:
    """Expected accuracy of the highest score among n samples."""
    rng = np.random.default_rng(seed)
    total = 0.0
    for _ in range(draws):
        chosen = np.argsort(rng.random(right.shape), axis=1)[:, :n]
        top = np.take_along_axis(scores, chosen, 1).argmax(1)
        total += np.take_along_axis(right, np.take_along_axis(chosen, top[:, None], 1), 1).mean() / draws
    return total
