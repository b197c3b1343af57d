"""The measuring region beside a focus: the twin of src/core/measure/roi-beside-focus.ts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .doubts import (
    BodyGrid,
    body_of,
    find_parts,
    grid_reach,
    in_region,
    noise_of,
    sample_body,
    touched_by,
)

SOURCE = "beside-focus"  # as ``roiSource`` of the results file has it
_RULE, _ROI, _LIMITS = RULES["besideFocus"], RULES["bodyRoi"], RULES["doubts"]
_STEP = _LIMITS["grid"]["stepMm"]
_SIZE = ("halfWidthMm", "halfDepthMm", "heightMm")


@dataclass(frozen=True)
class _Candidate:
    """Half width, half depth and height, mm; place of its middle in steps of the grid from the grid's (left, back,
    up); known samples in it; squared distance from the usual place, in steps."""

    size: tuple[float, float, float]
    place: tuple[int, int, int]
    count: int
    moved: int

    def rank(self) -> tuple[float, ...]:
        """More samples; of as many the larger region; of as large ones the nearer to the usual place."""
        return (self.count, self.size[0] * self.size[1] * self.size[2], -self.moved)


def roi_beside_focus(scan: Scan, fit: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any] | None:
    """The largest region beside a focus that lies in the usual one of a fitted body; None where the usual one stays."""
    body = body_of(fit["centreLps"], fit)
    grid = sample_body(scan, body, grid_reach(fit))
    if not grid.known.any():
        return None
    barred = _barred(grid)
    in_usual = grid.known & in_region(grid.points, usual)
    if barred is None or not (in_usual & barred).any():
        return None
    least = _RULE["leastShare"] * int(in_usual.sum())
    best: _Candidate | None = None
    for candidate in _candidates(grid, barred, fit, usual):
        if candidate.count >= least and (best is None or candidate.rank() > best.rank()):
            best = candidate
    if best is None:
        return None
    centre = np.asarray(best.place, dtype=float) * _STEP @ body.axes + body.centre
    return {**usual, **dict(zip(_SIZE, best.size, strict=True)), "centreLps": centre.tolist()}


def _barred(grid: BodyGrid) -> np.ndarray | None:
    """Samples that a region must not hold; None where nothing stands out, noise may pass for it, or so much does that
    dense parts are the body's own."""
    if noise_of(grid) > _LIMITS["noiseHu"]:
        return None
    parts, cell = find_parts(grid), _STEP**3
    fat = parts.fat_share > _LIMITS["fatShare"]
    dense_mm3, loose_mm3 = parts.dense.sum() * cell, parts.loose.sum() * cell
    if not fat and loose_mm3 > _LIMITS["loose"]["markMm3"]:
        return None
    foci = np.zeros_like(grid.known)
    if dense_mm3 > _LIMITS["dense"]["markMm3"]:
        foci |= parts.dense
    if fat and loose_mm3 > _LIMITS["loose"]["fatMarkMm3"]:
        foci |= parts.loose
    return touched_by(foci) if foci.any() else None


def _candidates(
    grid: BodyGrid, barred: np.ndarray, fit: dict[str, Any], usual: dict[str, Any]
) -> Iterator[_Candidate]:
    """Clear regions in the app's order, so that ties end alike."""
    rearmost = -math.ceil(_ROI["forwardShare"] * fit["halfDepthMm"] / _STEP)
    middle = np.array(grid.known.shape) // 2
    shape = np.array(grid.known.shape)
    for size in _sizes(usual):
        offsets = _offsets(size)
        for place in _places(size, grid, fit, rearmost):
            at = offsets + np.array(place[::-1]) + middle
            at = at[((at >= 0) & (at < shape)).all(-1)]
            inside = tuple(at.T)
            if barred[inside].any():
                continue
            i, j, k = place
            yield _Candidate(size, place, int(grid.known[inside].sum()), i**2 + (j - rearmost) ** 2 + k**2)


def _sizes(usual: dict[str, Any]) -> Iterator[tuple[float, float, float]]:
    """Largest first."""
    width, depth, whole = (usual[name] for name in _SIZE)
    for share in _RULE["shares"]:
        height = whole
        while height >= min(whole, _RULE["leastHeightMm"]):
            yield share * width, share * depth, height
            height -= _RULE["heightStepMm"]


def _offsets(size: tuple[float, float, float]) -> np.ndarray:
    """From the middle of a region to its samples [n, 3], and to those within half a step of its ends, in steps along
    up, back and left."""
    half_width, half_depth, height = size
    halves = ((height + _STEP) / 2, half_depth, half_width)
    lines = [np.arange(-_steps_to(half), _steps_to(half) + 1) for half in halves]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), -1).reshape(-1, 3)
    across = (grid[:, 2] * _STEP / half_width) ** 2 + (grid[:, 1] * _STEP / half_depth) ** 2
    return grid[across <= 1]


def _places(
    size: tuple[float, float, float], grid: BodyGrid, fit: dict[str, Any], rearmost: int
) -> Iterator[tuple[int, int, int]]:
    """Where the middle of a region may lie, in steps along left, back and up."""
    half_width, half_depth, height = size
    reach_y, reach_x = grid.known.shape[1] // 2, grid.known.shape[2] // 2
    lowest = min(fit["heightsMm"]["middle"], fit["heightsMm"]["anterior"])
    reach_z = _steps_to(max(0.0, lowest / 2 - _ROI["endplateMarginMm"] - height / 2))
    angles = 2 * np.pi * np.arange(_RULE["wallSectors"]) / _RULE["wallSectors"]
    rim_x, rim_y = half_width * np.cos(angles), half_depth * np.sin(angles)
    width, depth = fit["halfWidthMm"] - _ROI["wallMarginMm"], fit["halfDepthMm"] - _ROI["wallMarginMm"]
    across = [
        (i, j)
        for j, i in product(range(-reach_y, rearmost + 1), range(-reach_x, reach_x + 1))
        if (((i * _STEP + rim_x) / width) ** 2 + ((j * _STEP + rim_y) / depth) ** 2 <= 1).all()
    ]
    for k in range(-reach_z, reach_z + 1):
        yield from ((i, j, k) for i, j in across)


def _steps_to(mm: float) -> int:
    return math.floor(mm / _STEP)
