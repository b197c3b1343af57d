"""Air, fat, muscle and aortic blood beside a vertebral body: the twin of src/core/measure/internal-tissues.ts.

A slab is seen from the feet: arrays [row, column], rows to the back, columns to the left, 2 mm apart.
tests/fixtures/tissue-cases.json holds both to the same numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from ..real_data import Scan
from .measure import sample

STEP_MM = 2
REACH_MM = {"side": 240, "front": 280, "back": 190}
PLANES_MM = (-3, 0, 3)
SKIN_HU = -500
MIN_AREA_MM2 = 120
AIR_MARGIN_CELLS = 5
PADDING_HU = -1050
FAT_HU = (-150, -60)
MUSCLE_HU = (0, 120)
FAT_DEPTH_MM = (4, 30)
MUSCLE_SIDE_MM, MUSCLE_BEHIND_MM = (14, 58), (28, 85)
LUMEN_SHARE = 0.7
# The search for the aorta, from the body's centre; mm.
WINDOW_LEFT_MM, WINDOW_FRONT_MM = (-10, 32), (8, 62)
EXPECTED_LEFT_MM, EXPECTED_FRONT_MM, EXPECTED_SPREAD_MM = 10, 30, 16
RADII_MM = range(6, 17)
BLOOD_HU = (10, 600)
DIRECTIONS = 24
EDGE_HU, WITHIN_MM, BEYOND_MM = 25, 2, 3
MIN_WALL, MIN_EVEN, MAX_SD_HU = 0.55, 0.85, 45


@dataclass(frozen=True)
class Slab:
    """Samples of a scan round a body's centre."""

    mean: np.ndarray  # [row, column] float32, NaN where any plane lies outside the scan
    planes: np.ndarray  # [plane, row, column] float32
    row: int  # of the body's centre
    column: int
    step_mm: float = STEP_MM


def read_slab(scan: Scan, centre_lps: list[float]) -> Slab:
    """Trilinear samples in patient axes."""
    side, front, back = REACH_MM["side"], REACH_MM["front"], REACH_MM["back"]
    columns, rows = 2 * side // STEP_MM + 1, (front + back) // STEP_MM + 1
    x = centre_lps[0] - side + np.arange(columns) * STEP_MM
    y = centre_lps[1] - front + np.arange(rows) * STEP_MM
    planes = []
    mean = np.zeros((rows, columns), dtype=np.float32)
    for dz in PLANES_MM:
        grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
        points = np.stack([grid_x, grid_y, np.full_like(grid_x, centre_lps[2] + dz)], axis=-1)
        plane = sample(scan, points.reshape(-1, 3)).reshape(rows, columns).astype(np.float32)
        planes.append(plane)
        mean = (mean.astype(np.float64) + plane.astype(np.float64) / len(PLANES_MM)).astype(np.float32)
    return Slab(mean, np.stack(planes), front // STEP_MM, side // STEP_MM)


def _flood(allowed: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Cells of ``allowed`` that hang together with a start through edges."""
    labels, _ = ndimage.label(allowed)
    touched = np.unique(labels[starts & allowed])
    return np.isin(labels, touched[touched > 0])


def _distance_to(is_set: np.ndarray) -> np.ndarray:
    """Chessboard distance to the nearest set cell; infinite in the outermost cells that are not set."""
    if not is_set.any():
        return np.full(is_set.shape, np.inf)
    found = ndimage.distance_transform_cdt(~is_set, metric="chessboard").astype(float)
    edge = np.ones(is_set.shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    found[edge & ~is_set] = np.inf
    return found


def _mask_body(slab: Slab) -> tuple[np.ndarray, np.ndarray]:
    """Whether a cell belongs to the patient, and whether it is air outside."""
    with np.errstate(invalid="ignore"):
        tissue = slab.mean > SKIN_HU
        seed = np.zeros(tissue.shape, dtype=bool)
        seed[slab.row, slab.column] = True
        patient = _flood(tissue, seed)
        border = np.ones(tissue.shape, dtype=bool)
        border[1:-1, 1:-1] = False
        outside = _flood(~patient, (border | np.isnan(slab.mean)) & ~patient)
        return ~outside, outside & (slab.mean <= SKIN_HU)


def cells_within(slab: Slab, limits: tuple[float, float]) -> np.ndarray:
    """Where a cell and its eight neighbours all lie within the limits."""
    with np.errstate(invalid="ignore"):
        within = (slab.mean >= limits[0]) & (slab.mean <= limits[1])
    return ndimage.binary_erosion(within, structure=np.ones((3, 3), dtype=bool))


def _reading(slab: Slab, cells: np.ndarray, min_area: float = MIN_AREA_MM2) -> dict[str, float] | None:
    cells = cells & ~np.isnan(slab.mean)
    area = float(cells.sum() * STEP_MM * STEP_MM)
    if area == 0 or area < min_area:
        return None
    values = slab.planes[:, cells].astype(np.float64).ravel()
    median = float(np.sort(values)[len(values) >> 1])
    return {"medianHu": median, "sdHu": float(values.std()), "areaMm2": area}


def _disc(slab: Slab, column: int, row: int, radius_mm: float) -> np.ndarray | None:
    reach = math.floor(radius_mm / STEP_MM)
    rows, columns = slab.mean.shape
    if row < reach or column < reach or row + reach >= rows or column + reach >= columns:
        return None
    offset = np.arange(-reach, reach + 1)
    inside = np.hypot(offset[None, :], offset[:, None]) * STEP_MM <= radius_mm
    part = slab.mean[row - reach : row + reach + 1, column - reach : column + reach + 1]
    values = part[inside].astype(np.float64)
    return None if np.isnan(values).any() else values


_ANGLES = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS


def _around(slab: Slab, column: int, row: int, mm: float) -> np.ndarray:
    """Bilinear samples on a circle; NaN beside the slab."""
    c, r = column + np.cos(_ANGLES) * mm / STEP_MM, row + np.sin(_ANGLES) * mm / STEP_MM
    c0, r0 = np.floor(c).astype(int), np.floor(r).astype(int)
    rows, columns = slab.mean.shape
    inside = (c0 >= 0) & (r0 >= 0) & (c0 + 1 < columns) & (r0 + 1 < rows)
    c0, r0 = np.clip(c0, 0, columns - 2), np.clip(r0, 0, rows - 2)
    fc, fr = c - c0, r - r0
    m = slab.mean.astype(np.float64)
    top = m[r0, c0] * (1 - fc) + m[r0, c0 + 1] * fc
    low = m[r0 + 1, c0] * (1 - fc) + m[r0 + 1, c0 + 1] * fc
    return np.where(inside, top * (1 - fr) + low * fr, np.nan)


def _quality(slab: Slab, column: int, row: int, radius_mm: float) -> float | None:
    """Wall plus evenness; None where the disc is no vessel."""
    lumen = _disc(slab, column, row, 0.7 * radius_mm)
    if lumen is None:
        return None
    mean, sd = float(lumen.mean()), float(lumen.std())
    if not BLOOD_HU[0] <= mean <= BLOOD_HU[1] or sd > MAX_SD_HU:
        return None
    tolerance = max(EDGE_HU, 2 * sd)
    with np.errstate(invalid="ignore"):
        even = (np.abs(_around(slab, column, row, radius_mm - WITHIN_MM) - mean) <= tolerance).mean()
        wall = (np.abs(_around(slab, column, row, radius_mm + BEYOND_MM) - mean) > tolerance).mean()
    return None if wall < MIN_WALL or even < MIN_EVEN else float(wall + even - sd / 100)


def find_aorta(slab: Slab) -> tuple[int, int, float] | None:
    """Column, row and radius (mm) of the aorta's section; None where none is convincing."""
    best, found = -math.inf, None
    low, high = BLOOD_HU[0] - MAX_SD_HU, BLOOD_HU[1] + MAX_SD_HU
    for front in range(math.ceil(WINDOW_FRONT_MM[0] / STEP_MM), WINDOW_FRONT_MM[1] // STEP_MM + 1):
        for left in range(math.ceil(WINDOW_LEFT_MM[0] / STEP_MM), WINDOW_LEFT_MM[1] // STEP_MM + 1):
            column, row = slab.column + left, slab.row - front
            if not low < slab.mean[row, column] < high:
                continue
            away = math.hypot(left * STEP_MM - EXPECTED_LEFT_MM, front * STEP_MM - EXPECTED_FRONT_MM)
            for radius in RADII_MM:
                quality = _quality(slab, column, row, radius)
                if quality is None:
                    continue
                score = quality + radius / 40 - 0.12 * (away / EXPECTED_SPREAD_MM) ** 2
                if score > best:
                    best, found = score, (column, row, float(radius))
    return found


def find_internal_tissues(scan: Scan, centre_lps: list[float]) -> dict[str, Any]:
    """``tissues`` of a results file: air, fat, muscle and blood, each None where it was not found."""
    return tissues_in_slab(read_slab(scan, centre_lps))


def tissues_in_slab(slab: Slab) -> dict[str, Any]:
    """The same in a slab at the centre."""
    body, air = _mask_body(slab)
    rows, columns = slab.mean.shape
    row, column = np.ogrid[:rows, :columns]
    margin = AIR_MARGIN_CELLS
    inner = (column >= margin) & (column < columns - margin) & (row >= margin) & (row < rows - margin)
    with np.errstate(invalid="ignore"):
        made = (slab.planes == slab.planes[0]).all(axis=0)
        real_air = inner & ~made & (slab.mean > PADDING_HU) & (_distance_to(~air) >= margin)
    depth = _distance_to(air) * STEP_MM
    skin = (depth >= FAT_DEPTH_MM[0]) & (depth <= FAT_DEPTH_MM[1]) & (row > slab.row)
    x, y = np.abs(column - slab.column) * STEP_MM, (row - slab.row) * STEP_MM
    beside = (x >= MUSCLE_SIDE_MM[0]) & (x <= MUSCLE_SIDE_MM[1])
    behind = (y >= MUSCLE_BEHIND_MM[0]) & (y <= MUSCLE_BEHIND_MM[1])
    aorta = find_aorta(slab)
    blood = None
    if aorta is not None:
        lumen = np.hypot(column - aorta[0], row - aorta[1]) <= LUMEN_SHARE * aorta[2] / STEP_MM
        blood = _reading(slab, lumen, 0)
    return {
        "air": _reading(slab, real_air),
        "fat": _reading(slab, cells_within(slab, FAT_HU) & body & skin),
        "muscle": _reading(slab, cells_within(slab, MUSCLE_HU) & body & beside & behind),
        "blood": blood,
    }
