"""Edges of bone along rays, and fits that leave outliers out: the twin of src/core/measure/edge.ts and robust-fit.ts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .app_rules import RULES

_FIT: dict[str, Any] = RULES["fit"]
_EDGE = _FIT["edge"]
STEP_MM = float(_EDGE["stepMm"])


def ray_count(window: float) -> int:
    """Samples of a ray on which an edge is looked for within ``window`` mm."""
    reach = _EDGE["reachMm"]
    return math.ceil((2 * window + reach["inside"] + reach["outside"]) / STEP_MM) + 1


def ray_start(expected: np.ndarray, window: float) -> np.ndarray:
    """Where such rays start, mm."""
    return expected - window - _EDGE["reachMm"]["inside"]


def _peak_shift(before: float, here: float, after: float) -> float:
    bend = before - 2 * here + after
    if not bend < 0 or here < before or here < after:
        return 0.0
    return 0.5 * (before - after) / bend


def _smoothed(profile: np.ndarray) -> np.ndarray:
    for _ in range(2):
        inner = (profile[:-4] + 4 * profile[1:-3] + 6 * profile[2:-2] + 4 * profile[3:-1] + profile[4:]) / 16
        profile = np.concatenate([profile[:2], inner, profile[-2:]])
    return profile


def find_edge(
    profile: np.ndarray, start: float, expected: float, window: float, first: bool = False
) -> tuple[float, float] | None:
    """Where bone ends along a profile and how steeply (mm, HU); see edge.ts. None where it leaves the scan."""
    values = _smoothed(profile)
    low = math.ceil((expected - window - start) / STEP_MM)
    high = math.floor((expected + window - start) / STEP_MM)
    numbers = np.arange(low, high + 1)
    falls = values[:-4] - values[4:]  # of sample n at n - 2
    off = (start + numbers * STEP_MM - expected) / window
    scores = falls[numbers - 2] - _EDGE["pullHu"] * off * off
    if np.isnan(scores).all():
        return None
    at = int(numbers[np.nanargmax(scores)])

    def fall(n: int) -> float:
        return float(falls[n - 2])

    if first:
        enough = _EDGE["firstShare"] * fall(at)
        at = next(
            (
                n
                for n in range(low, at)
                if fall(n) >= enough and fall(n) >= fall(n - 1) and fall(n) > fall(n + 1)
            ),
            at,
        )
    steepest = at + _peak_shift(fall(at - 1), fall(at), fall(at + 1))
    ridge = at - 6
    for n in range(at - 5, at + 2):
        if values[n] > values[ridge]:
            ridge = n
    top = float(values[ridge])
    ridge_at = ridge + _peak_shift(float(values[ridge - 1]), top, float(values[ridge + 1]))
    outside = float(values[at + 2 : at + 7].mean())
    inside = float(values[ridge - 10 : ridge - 5].mean()) if ridge >= 10 else math.nan
    if top > outside and math.isnan(inside):
        return None
    share = min(1.0, max(0.0, (top - inside) / (top - outside))) if top > outside else 0.0
    edge = steepest - share * max(0.0, steepest - ridge_at)
    return (start + edge * STEP_MM, fall(at)) if math.isfinite(edge) else None


def fit_robust(
    rows: np.ndarray, targets: np.ndarray, prior: np.ndarray, floor: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Tukey's biweight: coefficients and residuals."""
    weights = prior
    fit = None
    for _ in range(_FIT["robust"]["rounds"]):
        weighted = rows * weights[:, None]
        try:
            coefficients = np.linalg.solve(weighted.T @ rows, weighted.T @ targets)
        except np.linalg.LinAlgError:
            return None
        residuals = targets - rows @ coefficients
        fit = coefficients, residuals
        cut = _FIT["robust"]["cutSd"] * max(
            floor, _FIT["robust"]["sdOfMedianDeviation"] * float(np.median(np.abs(residuals)))
        )
        off = residuals / cut
        weights = np.where(np.abs(off) < 1, prior * (1 - off * off) ** 2, 0.0)
    return fit
