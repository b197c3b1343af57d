"""Axis and ends of the body round a pick: the twin of src/core/measure/body-axis.ts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .body_frame import Frame, frame_of_axis, leaning, points_in, sample_body

_AXIS: dict[str, Any] = RULES["fit"]["axis"]


def _profiles_along(scan: Scan, pick: np.ndarray, frame: Frame) -> np.ndarray:
    reach = _AXIS["reachMm"]
    discs = np.array(_AXIS["points"])
    along = np.arange(-reach, reach + 1, dtype=float)
    values = sample_body(scan, points_in(frame, pick, discs[:, 0, None], discs[:, 1, None], along[None, :]))
    known = ~np.isnan(values)
    clamped = np.where(known, np.clip(values, _AXIS["clampHu"]["low"], _AXIS["clampHu"]["high"]), 0.0)
    counts = known.sum(axis=0)
    means = np.where(counts * 2 > len(discs), clamped.sum(axis=0) / np.maximum(counts, 1), np.nan)
    inner = 0.25 * means[:-2] + 0.5 * means[1:-1] + 0.25 * means[2:]
    return np.concatenate([means[:1], inner, means[-1:]])


def _shifted(profile: np.ndarray, by: int) -> np.ndarray:
    """profile[n + by], NaN beyond its ends."""
    out = np.full_like(profile, np.nan)
    if by >= 0:
        out[: len(profile) - by] = profile[by:]
    else:
        out[-by:] = profile[:by]
    return out


def _end_evidence(profile: np.ndarray, sign: int) -> np.ndarray:
    ridge = np.maximum(profile, _shifted(profile, -sign))
    beyond = np.minimum.reduce([_shifted(profile, n * sign) for n in (2, 3, 4)])
    return np.minimum(_AXIS["mostEvidenceHu"], ridge - beyond)


def _hill(profile: np.ndarray) -> float:
    lowest = np.maximum(np.minimum.accumulate(profile), np.minimum.accumulate(profile[::-1])[::-1])
    return float(np.maximum(0.0, (profile - lowest).max()))  # NaN stays NaN


def _score_axis(profile: np.ndarray, sagittal: float, coronal: float) -> tuple[float, int, int]:
    """Best score with its top and bottom, mm."""
    reach, ends, height = _AXIS["reachMm"], _AXIS["endMm"], _AXIS["heightMm"]
    tops, bottoms = _end_evidence(profile, 1), _end_evidence(profile, -1)
    prior_hu, tilts = _AXIS["priorHu"], _AXIS["tiltSdDeg"]
    tilt = prior_hu * ((sagittal / tilts["sagittal"]) ** 2 + (coronal / tilts["coronal"]) ** 2)
    best = (-math.inf, 0, 0)
    for bottom in range(-ends["most"], -ends["least"] + 1):
        for top in range(max(ends["least"], bottom + height["least"]), ends["most"] + 1):
            over = top - bottom - height["usual"]
            prior = prior_hu * (
                (over / (height["sdAbove"] if over > 0 else height["sdBelow"])) ** 2
                + ((top + bottom) / 2 / _AXIS["offMiddleMm"]) ** 2
            )
            score = float(tops[top + reach] + bottoms[bottom + reach]) - prior - tilt
            if not score > best[0]:
                continue
            whole = score - _AXIS["hillWeight"] * _hill(profile[bottom + reach : top + reach + 1])
            if whole > best[0]:
                best = (whole, top, bottom)
    return best


def find_axis(scan: Scan, pick: np.ndarray) -> tuple[Frame, int, int] | None:
    base = frame_of_axis(np.array([0.0, 0.0, 1.0]))

    def frame_at(sagittal: float, coronal: float) -> Frame:
        return frame_of_axis(leaning(base, math.tan(math.radians(sagittal)), math.tan(math.radians(coronal))))

    best: tuple[float, int, int] = (-math.inf, 0, 0)
    lean = (0.0, 0.0)

    def look(sagittals: list[float], coronals: list[float]) -> None:
        nonlocal best, lean
        for sagittal in sagittals:
            for coronal in coronals:
                profile = _profiles_along(scan, pick, frame_at(sagittal, coronal))
                found = _score_axis(profile, sagittal, coronal)
                if found[0] > best[0]:
                    best, lean = found, (sagittal, coronal)

    look(_AXIS["sagittalDeg"], _AXIS["coronalDeg"])
    around = lean
    look([around[0] + d for d in _AXIS["finerDeg"]], [around[1] + d for d in _AXIS["finerDeg"]])
    return (frame_at(*lean), best[1], best[2]) if math.isfinite(best[0]) else None
