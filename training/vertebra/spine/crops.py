"""Training crops: one affine resampling of a stored trunk (place, tilt, size, side), changed HU, a cut field of view.

Arrays are [z, y, x] in cells of the grid; targets are those of the model contract.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from .config import STRIDE, CropConfig, GridConfig, SpineConfig, TargetConfig
from .store import StoredTrunk
from .trunk import paint_trunk

GOLDEN_SEED = (20261401, 0)
GOLDEN_LEVEL = "L1"


@dataclass(frozen=True)
class Crop:
    hu: np.ndarray  # float32 [D, H, W], outside = outside_hu, not clipped
    valid: np.ndarray  # bool [D, H, W]: inside the field of view
    levels: np.ndarray  # [n] of the bodies whose centre is in the field
    centres: np.ndarray  # [n, 3] cells
    others: np.ndarray  # [m, 3] cells: every other body, in the field or not


def draw_size(rng: np.random.Generator, settings: CropConfig) -> tuple[int, int, int]:
    """A crop's cells, multiples of STRIDE: deep and narrow, or shallow and wide."""
    depth = int(rng.choice(settings.depths))
    least, most = settings.plane
    wide = np.sqrt(settings.cells / depth) * rng.uniform(0.95, 1.2)
    high = settings.cells / depth / wide
    height, width = (int(np.clip(round(v / STRIDE) * STRIDE, least, most)) for v in (high, wide))
    return depth, height, width


def rotation(rng: np.random.Generator, degrees: float) -> np.ndarray:
    """About x, y and z, acting on (z, y, x) vectors."""
    out = np.eye(3)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        t = np.deg2rad(rng.normal(0, degrees))
        turn = np.eye(3)
        turn[a, a], turn[a, b], turn[b, a], turn[b, b] = np.cos(t), -np.sin(t), np.sin(t), np.cos(t)
        out = out @ turn
    return out


def draw_crop(
    rng: np.random.Generator,
    trunk: StoredTrunk,
    size: tuple[int, int, int],
    crop: CropConfig,
    grid: GridConfig,
) -> Crop:
    """One crop: source cell = middle + matrix @ (cell - its middle)."""
    matrix = rotation(rng, crop.tilt_degrees) * np.exp(crop.scale_log_sd * rng.normal())
    if rng.random() < 0.5:
        matrix = matrix @ np.diag([1.0, 1.0, -1.0])
    shape = np.array(trunk.hu.shape)
    if rng.random() < crop.elsewhere_share:
        middle = rng.uniform(0.1, 0.9, 3) * shape
    else:
        anchor = trunk.centres[rng.integers(len(trunk.centres))]
        spread = np.array([min(22, 0.35 * size[0]), 0.22 * size[1], 0.18 * size[2]])
        middle = anchor + rng.uniform(-1, 1, 3) * spread - np.array([0, 0.10 * size[1], 0])
    half = (np.array(size) - 1) / 2
    hu, valid = resample(trunk.hu, matrix, middle, size, grid.outside_hu)
    inverse = np.linalg.inv(matrix)
    centres = (trunk.centres - middle) @ inverse.T + half
    others = (trunk.others - middle) @ inverse.T + half
    hu = change_hu(rng, hu, crop)
    if rng.random() < crop.cut_share:
        valid &= _field(rng, size)
    hu[~valid] = grid.outside_hu
    cells = np.rint(centres).astype(int)
    inside = ((cells >= 0) & (cells < np.array(size))).all(1)
    inside[inside] = valid[tuple(cells[inside].T)]
    return Crop(hu, valid, trunk.levels[inside], centres[inside], np.vstack([others, centres[~inside]]))


def resample(
    source: np.ndarray, matrix: np.ndarray, middle: np.ndarray, size: tuple[int, int, int], outside: float
) -> tuple[np.ndarray, np.ndarray]:
    """Trilinear; also where the crop lies inside the source."""
    half = (np.array(size) - 1) / 2
    reach = np.abs(matrix) @ half + 2
    low = np.clip(np.floor(middle - reach).astype(int), 0, np.array(source.shape) - 2)
    high = np.clip(np.ceil(middle + reach).astype(int) + 1, low + 2, source.shape)
    part = torch.from_numpy(
        source[low[0] : high[0], low[1] : high[1], low[2] : high[2]].astype(np.float32) - outside
    )
    scale = 2.0 / (np.array(part.shape) - 1)
    # affine_grid's cells run from -1 to 1 over the crop (align_corners) and its axes are (x, y, z).
    theta = np.empty((3, 4))
    theta[:, :3] = (matrix * half[None, :] * scale[:, None])[::-1, ::-1]
    theta[:, 3] = ((middle - low) * scale - 1)[::-1]
    grid = F.affine_grid(torch.from_numpy(theta).float()[None], [1, 1, *size], align_corners=True)
    hu = F.grid_sample(part[None, None], grid, align_corners=True)[0, 0].numpy() + np.float32(outside)
    edge = 1 + 1e-3
    valid = (grid[0].abs() <= edge).all(-1).numpy()
    return hu, valid


def change_hu(rng: np.random.Generator, hu: np.ndarray, crop: CropConfig) -> np.ndarray:
    bone = np.maximum(hu - 120, 0)
    hu = hu + bone * np.float32(np.exp(crop.bone_log_sd * rng.normal()) - 1)
    hu = hu * np.float32(1 + crop.gain_sd * rng.normal()) + np.float32(crop.offset_sd_hu * rng.normal())
    for axis in range(3):
        weight = rng.uniform(0, crop.blur) if rng.random() < 0.7 else 0.0
        hu = _three_cell_mean(hu, axis, weight)
    if rng.random() < crop.thick_share:
        for _ in range(int(rng.integers(1, 4))):
            hu = _three_cell_mean(hu, 0, 0.3)
    noise = rng.standard_normal(hu.shape, dtype=np.float32)
    if rng.random() < 0.5:
        noise = 2 * _three_cell_mean(_three_cell_mean(noise, 1, 0.3), 2, 0.3)
    return hu + noise * np.float32(rng.uniform(0, crop.noise_hu) * rng.random())


def _three_cell_mean(values: np.ndarray, axis: int, outer: float) -> np.ndarray:
    if outer == 0:
        return values
    out = values * np.float32(1 - 2 * outer)
    first = [slice(None)] * 3
    last = [slice(None)] * 3
    first[axis], last[axis] = slice(0, -1), slice(1, None)
    ends = [slice(None)] * 3
    for to, of in ((tuple(first), tuple(last)), (tuple(last), tuple(first))):
        out[to] += np.float32(outer) * values[of]
    for end in (0, -1):
        ends[axis] = end  # type: ignore[call-overload]
        out[tuple(ends)] += np.float32(outer) * values[tuple(ends)]
    return out


def _field(rng: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
    """A field of view inside a crop: a slab, a box, a circle in plane."""
    z, y, x = np.ogrid[: size[0], : size[1], : size[2]]
    field = np.ones(size, dtype=bool)
    if rng.random() < 0.65:
        length = int(rng.integers(6, size[0] + 1))
        start = int(rng.integers(0, size[0] - length + 1))
        field &= (z >= start) & (z < start + length)
    kind = rng.random()
    cy, cx = size[1] * rng.uniform(0.4, 0.65), size[2] * rng.uniform(0.4, 0.6)
    if kind < 0.35:
        radius = rng.uniform(14, 0.75 * max(size[1:]))
        field &= (y - cy) ** 2 + (x - cx) ** 2 <= radius**2
    elif kind < 0.55:
        field &= (np.abs(y - cy) <= rng.uniform(12, size[1])) & (np.abs(x - cx) <= rng.uniform(12, size[2]))
    return field


@dataclass(frozen=True)
class Targets:
    heat: np.ndarray  # float32 [D, H, W], 0 to 1
    weight: np.ndarray  # float32 [D, H, W]
    level: np.ndarray  # int64 [D/2, H/2, W/2], -1 where none is learned


def make_targets(crop: Crop, target: TargetConfig, cell_mm: float) -> Targets:
    size = crop.hu.shape
    heat = np.zeros(size, dtype=np.float32)
    weight = np.ones(size, dtype=np.float32)
    level = np.full([n // 2 for n in size], -1, dtype=np.int64)
    nearest = np.full(level.shape, np.inf, dtype=np.float32)
    for at in np.vstack([crop.centres.reshape(-1, 3), crop.others.reshape(-1, 3)]):
        window, squared = _squared(at, target.near_mm / cell_mm, size)
        if window is not None:
            near = squared <= (target.near_mm / cell_mm) ** 2
            weight[window] = np.where(near, np.float32(target.near_weight), weight[window])
    sigma = target.sigma_mm / cell_mm
    for at, label in zip(crop.centres, crop.levels, strict=True):
        window, squared = _squared(at, 4 * sigma, size)
        if window is not None:
            heat[window] = np.maximum(heat[window], np.exp(-squared / (2 * sigma**2)))
        radius = target.label_radius_mm / cell_mm / 2
        window, squared = _squared((at - 0.5) / 2, radius, level.shape)
        if window is not None:
            closer = (squared <= radius**2) & (squared < nearest[window])
            nearest[window] = np.where(closer, squared, nearest[window])
            level[window] = np.where(closer, label, level[window])
    return Targets(heat, weight, level)


def _squared(
    at: np.ndarray, reach: float, size: tuple[int, ...]
) -> tuple[tuple[slice, ...] | None, np.ndarray]:
    """A window of cells about a point and the squared distance to it, in cells."""
    low = np.clip(np.ceil(at - reach).astype(int), 0, size)
    high = np.clip(np.floor(at + reach).astype(int) + 1, 0, size)
    if (high <= low).any():
        return None, np.empty(0)
    lines = [np.arange(a, b) - c for a, b, c in zip(low, high, at, strict=True)]
    squared = lines[0][:, None, None] ** 2 + lines[1][:, None] ** 2 + lines[2] ** 2
    return tuple(slice(a, b) for a, b in zip(low, high, strict=True)), squared.astype(np.float32)


def golden_volume(config: SpineConfig) -> np.ndarray:
    """int16 HU, clipped: a small piece of a painted trunk about one vertebra."""
    trunk = paint_trunk(GOLDEN_SEED, config.grid.cell_mm, variant="normal")
    centre = trunk.centres[trunk.names.index(GOLDEN_LEVEL)]
    at = np.rint((centre - trunk.origin) / trunk.cell_mm).astype(int)[::-1]
    start = np.maximum(at - np.array(config.release.golden_cells) // 2, 0)
    window = tuple(slice(a, a + n) for a, n in zip(start, config.release.golden_cells, strict=True))
    return np.clip(trunk.hu[window], *config.grid.clip_hu).astype(np.int16)
