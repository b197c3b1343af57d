"""Attenuation and density in the trabecular region of one body: the twin of src/core/measure.

Shapes and slopes come from app-rules.json. Samples are trilinear in patient axes (LPS, mm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES


@dataclass(frozen=True)
class Problem:
    """Why a number is not given; code and sentence as in the app."""

    code: str
    sentence: str


@dataclass(frozen=True)
class BodyRegion:
    """What the body holds besides spongy bone."""

    max_hu: float | None  # None where the whole region lies outside the scan
    dense_fraction: float
    metal_fraction: float
    outside_fraction: float
    room_mm: float  # from the centre up or down to the nearer end of the scan; 0 outside it


def sample(scan: Scan, points: np.ndarray) -> np.ndarray:
    """HU at LPS points [n, 3], mm; NaN outside the scan, which reaches half a voxel beyond its centres."""
    inverse = np.linalg.inv(scan.index_to_world)
    index = points @ inverse[:3, :3].T + inverse[:3, 3]  # [n, (i, j, k)]
    limits = np.array(scan.hu.shape[::-1])
    inside = ((index >= -0.5) & (index <= limits - 0.5)).all(axis=1)
    clamped = np.clip(index, 0, limits - 1)
    low = np.floor(clamped).astype(np.int64)
    fraction = clamped - low
    high = np.minimum(low + 1, limits - 1)
    value = np.zeros(len(points))
    for corner in range(8):
        bits = [corner >> axis & 1 for axis in range(3)]
        at = [(high if bit else low)[:, axis] for axis, bit in enumerate(bits)]
        weight = np.ones(len(points))
        for axis, bit in enumerate(bits):
            weight *= fraction[:, axis] if bit else 1 - fraction[:, axis]
        value += weight * scan.hu[at[2], at[1], at[0]]
    return np.where(inside, value, np.nan)


def _cylinder(half_width: float, half_depth: float, half_height: float, step: float) -> np.ndarray:
    """Offsets [n, (x, y, z)] mm of a grid in an elliptical cylinder in patient axes."""
    lines = [
        np.arange(-math.floor(h / step), math.floor(h / step) + 1) * step
        for h in (half_width, half_depth, half_height)
    ]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid[(grid[:, 0] / half_width) ** 2 + (grid[:, 1] / half_depth) ** 2 <= 1]


def hu_to_vbmd(mean_hu: float, kvp: float | None) -> float | None:
    """mg/cm3 hydroxyapatite, None where the voltage gives no slope; linear between tabulated voltages."""
    table = RULES["huPerMgCm3"]
    if kvp is None or not table[0][0] <= kvp <= table[-1][0]:
        return None
    voltages, slopes = zip(*table, strict=True)
    return mean_hu / float(np.interp(kvp, voltages, slopes))


def qct_category(vbmd: float) -> str:
    """normal, low or osteoporosis by the QCT convention; exactly 80 and exactly 120 are low."""
    if vbmd < RULES["qct"]["osteoporosisBelow"]:
        return "osteoporosis"
    return "low" if vbmd <= RULES["qct"]["lowBelow"] else "normal"


def fixed_roi(centre_lps: list[float]) -> dict[str, Any]:
    """The fixed region of a body's centre, in patient axes."""
    shape = RULES["roi"]
    return {
        "centreLps": [centre_lps[0], centre_lps[1] - shape["anteriorShiftMm"], centre_lps[2]],
        "up": [0, 0, 1],
        "front": [0, -1, 0],
        "left": [1, 0, 0],
        **{key: shape[key] for key in ("halfWidthMm", "halfDepthMm", "heightMm")},
    }


def measure_roi(scan: Scan, centre_lps: list[float], kvp: float | None) -> dict[str, Any] | Problem:
    """The fixed region of a body's centre, measured."""
    return measure_roi_at(scan, fixed_roi(centre_lps), kvp)


def measure_roi_at(scan: Scan, roi: dict[str, Any], kvp: float | None) -> dict[str, Any] | Problem:
    """The ``measurement`` of a results file; refused where any sample lies outside the scan."""
    step = RULES["roi"]["sampleStepMm"]
    offsets = _cylinder(roi["halfWidthMm"], roi["halfDepthMm"], roi["heightMm"] / 2, step)
    axes = np.array([roi["left"], -np.asarray(roi["front"]), roi["up"]], dtype=float)
    values = sample(scan, offsets @ axes + np.asarray(roi["centreLps"]))
    if np.isnan(values).any():
        return Problem(
            "roi-outside-scan",
            "The measuring region lies partly outside the scan, so this level cannot be measured.",
        )
    mean = float(values.mean())
    return {
        "meanHu": mean,
        "medianHu": float(np.median(values)),
        "sdHu": float(values.std()),
        "areaMm2": math.pi * roi["halfWidthMm"] * roi["halfDepthMm"],
        "volumeMm3": math.pi * roi["halfWidthMm"] * roi["halfDepthMm"] * roi["heightMm"],
        "vbmdMgCm3": hu_to_vbmd(mean, kvp),
        "roi": roi,
    }


def inspect_body_region(scan: Scan, centre_lps: list[float]) -> BodyRegion:
    """Dense and metal shares round a body's centre."""
    shape = RULES["bodyRegion"]
    offsets = _cylinder(shape["halfWidthMm"], shape["halfDepthMm"], shape["halfHeightMm"], shape["stepMm"])
    values = sample(scan, offsets + np.asarray(centre_lps))
    known = values[~np.isnan(values)]
    count = max(1, len(known))
    return BodyRegion(
        max_hu=float(known.max()) if len(known) else None,
        dense_fraction=float((known > RULES["denseAboveHu"]).sum() / count),
        metal_fraction=float((known > RULES["metalAboveHu"]).sum() / count),
        outside_fraction=1 - len(known) / len(values),
        room_mm=_room_along_patient(scan, centre_lps),
    )


def _room_along_patient(scan: Scan, centre_lps: list[float]) -> float:
    inverse = np.linalg.inv(scan.index_to_world)
    at = inverse[:3, :3] @ np.asarray(centre_lps) + inverse[:3, 3]
    per_mm = np.abs(inverse[:3, 2])
    with np.errstate(divide="ignore"):
        ends = np.concatenate([(at + 0.5) / per_mm, (np.array(scan.hu.shape[::-1]) - 0.5 - at) / per_mm])
    return max(0.0, float(ends.min()))
