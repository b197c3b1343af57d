"""Numbers of the evaluation, each with a 95 % bootstrap interval over patients.

A patient brings all of its vertebrae into a resample or none. A method trained from several seeds is scored
by the mean of its seeds, in every resample too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata

CALIBRATION_BINS = 10


def pearson(truth: np.ndarray, value: np.ndarray) -> float:
    return float(np.corrcoef(truth, value)[0, 1])


def mean_absolute_error(truth: np.ndarray, value: np.ndarray) -> float:
    return float(np.abs(truth - value).mean())


def bias(truth: np.ndarray, value: np.ndarray) -> float:
    return float((value - truth).mean())


def area_under_curve(truth: np.ndarray, score: np.ndarray) -> float:
    """Rank statistic; truth is bool. nan where one class is missing."""
    positive, negative = int(truth.sum()), int((~truth).sum())
    if positive == 0 or negative == 0:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def sensitivity(truth: np.ndarray, called: np.ndarray) -> float:
    return float(called[truth].mean()) if truth.any() else float("nan")


def specificity(truth: np.ndarray, called: np.ndarray) -> float:
    return float((~called)[~truth].mean()) if (~truth).any() else float("nan")


def accuracy(truth: np.ndarray, value: np.ndarray) -> float:
    return float((truth == value).mean())


def calibration_error(truth: np.ndarray, probability: np.ndarray) -> float:
    """Expected calibration error over equal-count bins; truth is bool or a probability."""
    order = np.argsort(probability)
    parts = [part for part in np.array_split(order, CALIBRATION_BINS) if len(part)]
    gaps = [len(part) * abs(float(truth[part].mean()) - float(probability[part].mean())) for part in parts]
    return sum(gaps) / len(order)


def share(hit: np.ndarray, _unused: np.ndarray) -> float:
    return float(hit.mean())


def resample(patients: np.ndarray, draws: int, seed: int = 0) -> list[np.ndarray]:
    """Row indices of each bootstrap resample of whole patients."""
    rng = np.random.default_rng(seed)
    _, inverse = np.unique(patients, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1)
    count = len(groups)
    return [np.concatenate([groups[i] for i in rng.integers(0, count, count)]) for _ in range(draws)]


def entry(point: float, draws: Sequence[float], count: int) -> dict[str, Any]:
    """A number as it is stored: value, ci95, n; None where it is not finite."""
    known = [draw for draw in draws if np.isfinite(draw)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (float("nan"), float("nan"))
    point, low, high = (round(float(n), 4) if np.isfinite(n) else None for n in (point, low, high))
    return {"value": point, "ci95": [low, high], "n": count}


def with_interval(
    statistic: Callable[[np.ndarray, np.ndarray], float],
    truth: np.ndarray,
    values: Sequence[np.ndarray],
    resamples: Sequence[np.ndarray],
) -> dict[str, Any]:
    """The statistic's mean over the seeds' values, each of the length of truth, and its interval."""

    def score(rows: np.ndarray) -> float:
        return float(np.mean([statistic(truth[rows], value[rows]) for value in values]))

    return entry(score(np.arange(len(truth))), [score(rows) for rows in resamples], len(truth))


def difference(
    statistic: Callable[[np.ndarray, np.ndarray], float],
    truth: np.ndarray,
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    resamples: Sequence[np.ndarray],
) -> dict[str, Any]:
    """First minus second on the same resamples, each the mean of its seeds."""

    def score(rows: np.ndarray) -> float:
        means = [np.mean([statistic(truth[rows], v[rows]) for v in values]) for values in (first, second)]
        return float(means[0] - means[1])

    return entry(score(np.arange(len(truth))), [score(rows) for rows in resamples], len(truth))
