"""Real CT on the coarse grid, for testing only: whole volumes as the manifest's input.volume asks."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..real_data import Scan
from .config import STRIDE, GridConfig


def coarse_volume(scan: Scan, grid: GridConfig) -> tuple[np.ndarray, np.ndarray]:
    """int16 HU [z, y, x] over the scan's box, rounded up to whole strides, and the LPS origin (x, y, z) of its first cell.

    Box means of about a cell along the scan's own axes, then trilinear at the cells' centres.
    """
    step = np.linalg.norm(scan.index_to_world[:3, :3], axis=0)  # along i, j, k
    smooth = np.clip(scan.hu, *grid.clip_hu)
    for axis, voxel_mm in enumerate(step[::-1]):
        smooth = ndimage.convolve1d(smooth, _box(grid.cell_mm / voxel_mm), axis, mode="nearest")
    size = np.array(scan.hu.shape[::-1])
    corners = np.array([[i, j, k, 1.0] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    corners[:, :3] *= size - 1
    world = (scan.index_to_world @ corners.T)[:3].T
    low, high = world.min(0), world.max(0)
    cells = np.ceil((high - low) / grid.cell_mm).astype(int) + 1
    cells = (cells + STRIDE - 1) // STRIDE * STRIDE
    axes = [lo + grid.cell_mm * np.arange(n) for lo, n in zip(low, cells, strict=True)]
    inverse = np.linalg.inv(scan.index_to_world)
    out = np.full(tuple(cells[::-1]), grid.outside_hu, dtype=np.int16)
    y, x = np.meshgrid(axes[1], axes[0], indexing="ij")
    for n, z in enumerate(axes[2]):
        points = np.stack([x, y, np.full_like(x, z), np.ones_like(x)], axis=-1) @ inverse[:3].T
        plane = ndimage.map_coordinates(
            smooth, [points[..., 2], points[..., 1], points[..., 0]], order=1, cval=grid.outside_hu
        )
        out[n] = np.rint(plane).astype(np.int16)
    return out, low


def _box(width: float) -> np.ndarray:
    """Symmetrical weights of a mean over so many voxels, the outermost by the part of them that it covers."""
    half = int(np.ceil(max(width - 1, 0) / 2))
    weights = np.ones(2 * half + 1)
    if half > 0:
        weights[[0, -1]] = (width - (2 * half - 1)) / 2
    return weights / weights.sum()
