"""What speaks against a body's numbers, found in its voxels: the twin of src/core/measure/doubts.

Axes of a body are its fitted ones where there is a fit, else the patient's: rows left, back, up (LPS unit vectors).
Limits come from app-rules.json ("doubts").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from ..real_data import Scan
from .app_rules import RULES
from .measure import sample

_LIMITS = RULES["doubts"]
SD_PER_MEDIAN_DEVIATION = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class Body:
    """Where a body lies: its centre (LPS mm) and axes [3, 3], rows left, back, up."""

    centre: np.ndarray
    axes: np.ndarray


@dataclass(frozen=True)
class Focus:
    """The largest connected part that stands out; ``mean_hu`` of its samples."""

    volume_mm3: float
    mean_hu: float


@dataclass(frozen=True)
class Doubts:
    """As DoubtFacts of the app; None where it could not be looked for."""

    noise_hu: float
    dense: Focus
    loose: Focus
    fat_share: float
    metal_mm3: float
    bridge_sectors: int | None


def body_of(centre: list[float], fit: dict[str, Any] | None) -> Body:
    """The fit's frame, or patient axes at the mark."""
    if fit is None:
        return Body(np.asarray(centre, dtype=float), np.eye(3))
    axes = np.array([fit["left"], [-v for v in fit["front"]], fit["up"]], dtype=float)
    return Body(np.asarray(fit["centreLps"], dtype=float), axes)


def roi_layers(scan: Scan, roi: dict[str, Any]) -> tuple[float, float, float] | None:
    """Mean HU of the lower, middle and upper third of a measured region; None where part of it is not scanned."""
    step, height = RULES["roi"]["sampleStepMm"], roi["heightMm"]
    axes = np.eye(3)
    if "up" in roi:
        axes = np.array([roi["left"], [-v for v in roi["front"]], roi["up"]], dtype=float)
    lines = [_line(half, step) for half in (roi["halfWidthMm"], roi["halfDepthMm"], height / 2)]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), -1).reshape(-1, 3)
    grid = grid[(grid[:, 0] / roi["halfWidthMm"]) ** 2 + (grid[:, 1] / roi["halfDepthMm"]) ** 2 <= 1]
    hu = sample(scan, grid @ axes + np.asarray(roi["centreLps"], dtype=float))
    if np.isnan(hu).any():
        return None
    inner = np.abs(grid[:, 2]) <= height / 6
    lower, upper = ~inner & (grid[:, 2] < 0), ~inner & (grid[:, 2] > 0)
    return tuple(float(hu[part].mean()) if part.any() else 0.0 for part in (lower, inner, upper))  # type: ignore[return-value]


def _line(half: float, step: float) -> np.ndarray:
    return np.arange(-math.floor(half / step), math.floor(half / step) + 1) * step


def _focus(mask: np.ndarray, hu: np.ndarray, cell_mm3: float) -> tuple[Focus, np.ndarray]:
    """Largest part of a mask connected by faces; the first one met where two are as large."""
    parts, count = ndimage.label(mask)
    if count == 0:
        return Focus(0.0, 0.0), mask
    sizes = np.bincount(parts.ravel())[1:]
    largest = parts == 1 + int(np.argmax(sizes))
    return Focus(float(sizes.max() * cell_mm3), float(hu[largest].mean())), largest


def _reach(fit: dict[str, Any] | None) -> list[float]:
    """Half axes of the grid along left, back and up, mm: those of any body, or less in a small or lower one."""
    grid, shares = _LIMITS["grid"], _LIMITS["shares"]
    keys = ("halfWidthMm", "halfDepthMm", "halfHeightMm")
    if fit is None:
        return [_LIMITS["unfitted"][key] for key in keys]
    usual = [grid[key] for key in keys]
    height = min(fit["heightsMm"]["anterior"], fit["heightsMm"]["posterior"])
    sizes = (
        shares["width"] * fit["halfWidthMm"],
        shares["depth"] * fit["halfDepthMm"],
        shares["height"] * height,
    )
    return [min(one, other) for one, other in zip(usual, sizes, strict=True)]


def inspect_foci(scan: Scan, body: Body, reach: list[float]) -> tuple[float, Focus, Focus, float]:
    """Noise, the densest and the loosest focus, and the share of fat in the latter."""
    step = _LIMITS["grid"]["stepMm"]
    lines = [_line(half, step) for half in reach]
    z, y, x = np.meshgrid(*lines[::-1], indexing="ij")  # as the app walks them: x fastest
    hu = sample(scan, np.stack([x, y, z], -1).reshape(-1, 3) @ body.axes + body.centre).reshape(x.shape)
    ellipse = (x / reach[0]) ** 2 + (y / reach[1]) ** 2 <= 1
    known = ellipse & ~np.isnan(hu)
    if not known.any():
        nothing = Focus(0.0, 0.0)
        return 0.0, nothing, nothing, 0.0
    hu = np.where(known, hu, 0.0)
    ones = np.ones((3, 3, 3))
    count = ndimage.convolve(known.astype(float), ones, mode="constant")
    smooth = ndimage.convolve(hu, ones, mode="constant") / np.maximum(count, 1)
    middle = float(np.median(hu[known]))
    vein = _LIMITS["vein"]
    in_vein = (np.abs(x) < vein["halfWidthMm"]) & (y > vein["fromMm"]) & (np.abs(z) < vein["halfHeightMm"])
    core = known & (np.abs(z) <= _LIMITS["dense"]["halfHeightMm"])
    cell = step**3
    limit = max(middle + _LIMITS["dense"]["aboveHu"], _LIMITS["dense"]["leastHu"])
    dense, _ = _focus(core & (smooth > limit), hu, cell)
    loose, where = _focus(known & ~in_vein & (middle - smooth > _LIMITS["loose"]["belowHu"]), hu, cell)
    fat = float((hu[where & known] < _LIMITS["fatBelowHu"]).mean()) if loose.volume_mm3 > 0 else 0.0
    noise = SD_PER_MEDIAN_DEVIATION * float(np.median(np.abs(hu - smooth)[known]))
    return noise, dense, loose, fat


def metal_beside(scan: Scan, centre: np.ndarray) -> float:
    """Volume of voxels like metal in a box round a body in patient axes, mm3."""
    reach = _LIMITS["metal"]
    half = np.array([reach["halfWidthMm"], reach["halfDepthMm"], reach["halfHeightMm"]])
    window, points = scan.world_grid(centre - half, centre + half)
    inside = (np.abs(points - centre) <= half).all(-1)
    voxel = abs(float(np.linalg.det(scan.index_to_world[:3, :3])))
    return float((inside & (scan.hu[window] > reach["aboveHu"])).sum() * voxel)


def bridge_sectors(scan: Scan, body: Body, fit: dict[str, Any]) -> int:
    """Most adjacent sectors of the front and sides in which bone runs from a rim across the disc, of either end."""
    rule = _LIMITS["bridge"]
    angles = np.deg2rad(np.arange(rule["fromDeg"], rule["toDeg"] + 1e-6, rule["stepDeg"]))
    heights = np.arange(0, rule["heightMm"] + 1e-6, rule["heightStepMm"])
    most = 0
    for plate in (fit["endplates"]["superior"], fit["endplates"]["inferior"]):
        centre, away = np.asarray(plate["centreLps"], float), np.asarray(plate["normalLps"], float)
        run = 0
        for angle in angles:
            reached = []
            for scale in rule["radii"]:
                side = scale * fit["halfWidthMm"] * np.cos(angle) * body.axes[0]
                front = -scale * fit["halfDepthMm"] * np.sin(angle) * body.axes[1]
                points = centre + side + front + heights[:, None] * away
                reached.append(sample(scan, points) > rule["aboveHu"])
            run = run + 1 if np.any(reached, axis=0).all() else 0
            most = max(most, run)
    return most


def inspect_doubts(scan: Scan, centre: list[float], fit: dict[str, Any] | None) -> Doubts:
    """What the voxels of a body and its surroundings say; fit: ``fit`` of the results file, or None."""
    body = body_of(centre, fit)
    noise, dense, loose, fat = inspect_foci(scan, body, _reach(fit))
    return Doubts(
        noise_hu=noise,
        dense=dense,
        loose=loose,
        fat_share=fat,
        metal_mm3=metal_beside(scan, np.asarray(centre, dtype=float)),
        bridge_sectors=None if fit is None else bridge_sectors(scan, body, fit),
    )
