"""Numbers of the evaluation, each with a bootstrap interval over patients (here one vertebra each)."""

from __future__ import annotations

from collections.abc import Callable
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


def calibration_error(truth: np.ndarray, probability: np.ndarray) -> float:
    """Expected calibration error over equal-count bins; truth is bool or a probability."""
    order = np.argsort(probability)
    parts = [part for part in np.array_split(order, CALIBRATION_BINS) if len(part)]
    gaps = [len(part) * abs(float(truth[part].mean()) - float(probability[part].mean())) for part in parts]
    return sum(gaps) / len(order)


def share(hit: np.ndarray, _unused: np.ndarray) -> float:
    return float(hit.mean())


def with_interval(
    statistic: Callable[[np.ndarray, np.ndarray], float],
    truth: np.ndarray,
    value: np.ndarray,
    resamples: int,
    seed: int = 0,
) -> dict[str, Any]:
    """The statistic and its 95 % percentile interval over resampled patients."""
    rng = np.random.default_rng(seed)
    count = len(truth)
    draws = []
    for _ in range(resamples):
        pick = rng.integers(0, count, count)
        draws.append(statistic(truth[pick], value[pick]))
    known = [draw for draw in draws if np.isfinite(draw)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (float("nan"), float("nan"))
    numbers = [statistic(truth, value), float(low), float(high)]
    point, low, high = (round(n, 4) if np.isfinite(n) else None for n in numbers)
    return {"value": point, "ci95": [low, high], "n": count}
