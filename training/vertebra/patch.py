"""Patch resampling, normalisation and the acquisition vector: the twin of src/core/patch.

Executes what a manifest's ``input`` section says (docs/model-contract.md) and holds no preprocessing number
of its
own. Arithmetic in float64, results float32.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# Patch axes (z, y, x) as LPS unit vectors: inferior to superior, anterior to posterior, right to left.
PATCH_AXES_LPS = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
CEIL_TOLERANCE = 1e-6


def subsample_counts(index_to_world: np.ndarray, spec: Mapping[str, Any]) -> tuple[int, int, int]:
    """Sub-samples per patch voxel along (z, y, x): as many as the scan is finer than the patch grid."""
    columns = np.asarray(index_to_world, dtype=np.float64)[:3, :3]  # [3, (i, j, k)] mm per index
    spacing = np.linalg.norm(columns, axis=0)
    along = np.abs(PATCH_AXES_LPS @ (columns / spacing)) / spacing  # [(z, y, x), (i, j, k)] samples per mm
    step = 1.0 / along.max(axis=1)
    counts = []
    for axis, patch_spacing in enumerate(spec["spacingMm"]):
        wanted = math.ceil(float(patch_spacing) / float(step[axis]) - CEIL_TOLERANCE)
        counts.append(min(int(spec["interpolation"]["maxSubsamples"]), max(1, wanted)))
    return counts[0], counts[1], counts[2]


def sample_offsets(size: int, spacing_mm: float, count: int) -> np.ndarray:
    """Offsets in mm of all sub-samples of one patch axis from the patch centre, [size * count], ascending."""
    voxel = (np.arange(size, dtype=np.float64) - (size - 1) / 2.0) * spacing_mm
    sub = ((np.arange(count, dtype=np.float64) + 0.5) / count - 0.5) * spacing_mm
    return (voxel[:, None] + sub[None, :]).reshape(-1)


def resample_patch(
    block_hu: np.ndarray, index_to_world: np.ndarray, centre_lps: Sequence[float], spec: Mapping[str, Any]
) -> tuple[np.ndarray, float]:
    """Resample a scan block to the patch grid round a centre.

    block_hu: [k, j, i] HU, any number type. index_to_world: 4x4, (i, j, k, 1) to LPS mm, row-major.
    centre_lps: (x, y, z) mm. spec: the manifest's ``input.patch``.
    Returns float32 HU [D, H, W] in (z, y, x), not clipped, and the share of samples outside the block.
    """
    matrix = np.asarray(index_to_world, dtype=np.float64)
    inverse = np.linalg.inv(matrix)
    centre = inverse[:3, :3] @ np.asarray(centre_lps, dtype=np.float64) + inverse[:3, 3]  # index (i, j, k)
    steps = inverse[:3, :3] @ PATCH_AXES_LPS.T  # [(i, j, k), (z, y, x)] index per mm
    shape = [int(n) for n in spec["shape"][2:]]
    counts = subsample_counts(matrix, spec)
    offsets = [sample_offsets(shape[a], float(spec["spacingMm"][a]), counts[a]) for a in range(3)]
    outside_hu = float(spec["outsideHu"])
    if np.count_nonzero(np.abs(steps) > 1e-9) == 3:
        return _resample_aligned(block_hu, centre, steps, offsets, counts, shape, outside_hu)
    return _resample_oblique(block_hu, centre, steps, offsets, counts, shape, outside_hu)


def _axis_weights(index: np.ndarray, length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean interpolation weights [patch voxels, length] of the inside samples, and their share per patch
    voxel."""
    inside = (index >= -0.5) & (index <= length - 0.5)
    clamped = np.clip(index, 0.0, length - 1.0)
    low = np.minimum(clamped.astype(np.int64), max(length - 2, 0))
    fraction = clamped - low
    rows = np.arange(index.size) // count
    weights = np.zeros((index.size // count, length))
    scale = inside / count
    np.add.at(weights, (rows, low), (1.0 - fraction) * scale)
    np.add.at(weights, (rows, np.minimum(low + 1, length - 1)), fraction * scale)
    return weights, inside.reshape(-1, count).mean(axis=1)


def _resample_aligned(
    block: np.ndarray, centre: np.ndarray, steps: np.ndarray, offsets: list[np.ndarray],
    counts: tuple[int, int, int], shape: list[int], outside_hu: float,
) -> tuple[np.ndarray, float]:  # fmt: skip
    """Scan axes parallel to patch axes: trilinear interpolation and the mean separate into three small
    products."""
    scan_axis = [int(np.argmax(np.abs(steps[:, a]))) for a in range(3)]  # 0 = i, 1 = j, 2 = k per patch axis
    values = np.transpose(block, [2 - s for s in scan_axis])  # [z, y, x] in patch axis order
    shares = []
    for axis in range(3):
        s = scan_axis[axis]
        index = centre[s] + steps[s, axis] * offsets[axis]
        weights, share = _axis_weights(index, values.shape[axis], counts[axis])
        used = np.flatnonzero(weights.any(axis=0))
        low, high = (int(used[0]), int(used[-1]) + 1) if used.size else (0, 1)
        trimmed = np.take(values, np.arange(low, high), axis=axis).astype(np.float64, copy=False)
        values = np.moveaxis(np.tensordot(weights[:, low:high], trimmed, axes=(1, axis)), 0, axis)
        shares.append(share)
    inside = shares[0][:, None, None] * shares[1][None, :, None] * shares[2][None, None, :]  # [D, H, W]
    result = values + outside_hu * (1.0 - inside)
    return np.ascontiguousarray(result, dtype=np.float32), float(1.0 - inside.mean())


def _resample_oblique(
    block: np.ndarray, centre: np.ndarray, steps: np.ndarray, offsets: list[np.ndarray],
    counts: tuple[int, int, int], shape: list[int], outside_hu: float,
) -> tuple[np.ndarray, float]:  # fmt: skip
    """Any orientation: sample by sample, one patch slice at a time."""
    limits = np.array(block.shape[::-1])  # (i, j, k)
    result = np.empty(shape, dtype=np.float32)
    outside_samples = 0
    for z in range(shape[0]):
        oz = offsets[0][z * counts[0] : (z + 1) * counts[0]]
        index = [
            centre[a] + steps[a, 0] * oz[:, None, None] + steps[a, 1] * offsets[1][None, :, None]
            + steps[a, 2] * offsets[2][None, None, :]
            for a in range(3)
        ]  # fmt: skip
        inside = np.ones(index[0].shape, dtype=bool)
        low, fraction = [], []
        for a in range(3):
            inside &= (index[a] >= -0.5) & (index[a] <= limits[a] - 0.5)
            clamped = np.clip(index[a], 0.0, limits[a] - 1.0)
            floor = np.minimum(clamped.astype(np.int64), max(int(limits[a]) - 2, 0))
            low.append(floor)
            fraction.append(clamped - floor)
        value = np.zeros(inside.shape)
        for corner in range(8):
            bits = (corner & 1, corner >> 1 & 1, corner >> 2 & 1)
            at = [np.minimum(low[a] + bits[a], limits[a] - 1) for a in range(3)]
            weight = np.ones(inside.shape)
            for a in range(3):
                weight = weight * (fraction[a] if bits[a] else 1.0 - fraction[a])
            value += weight * block[at[2], at[1], at[0]].astype(np.float64)
        value = np.where(inside, value, outside_hu)
        outside_samples += int(inside.size - inside.sum())
        result[z] = value.reshape(counts[0], shape[1], counts[1], shape[2], counts[2]).mean(axis=(0, 2, 4))
    total = math.prod(shape) * math.prod(counts)
    return result, outside_samples / total


def clip_hu(hu: np.ndarray, spec: Mapping[str, Any]) -> np.ndarray:
    """Clip HU to the manifest's range, float32."""
    low, high = spec["clipHu"]
    return np.clip(hu, low, high).astype(np.float32)


def normalise(hu: np.ndarray, spec: Mapping[str, Any]) -> np.ndarray:
    """Clip, subtract the mean and divide by the standard deviation of the manifest, float32, same shape."""
    low, high = spec["clipHu"]
    clipped = np.clip(np.asarray(hu, dtype=np.float64), low, high)
    return ((clipped - float(spec["meanHu"])) / float(spec["stdHu"])).astype(np.float32)


def _category(header: Mapping[str, Any], feature: Mapping[str, Any]) -> str:
    if "patterns" in feature:
        text = header.get("kernel")
        if text is None:
            return "unknown"
        text = str(text).upper().strip()
        for pattern in feature["patterns"]:
            if re.search(pattern["match"], text):
                return str(pattern["value"])
        return "unknown"
    value = header.get(feature["name"])
    if value is None:
        return "unknown"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value) if value in feature["values"] else "unknown"


def acquisition_vector(header: Mapping[str, Any], features: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Encode what the header tells, float32 [K].

    header: ``kvp``, ``sliceThicknessMm`` (numbers), ``kernel`` (the header's string), ``contrast`` (bool);
    None where
    unknown. features: the manifest's ``input.acquisition.features``.
    """
    columns: list[float] = []
    for feature in features:
        if feature["kind"] == "number":
            value = header.get(feature["name"])
            if value is None or not math.isfinite(float(value)):
                columns += [0.0, 0.0]
            else:
                clamped = min(float(feature["max"]), max(float(feature["min"]), float(value)))
                columns += [(clamped - float(feature["centre"])) / float(feature["scale"]), 1.0]
        else:
            chosen = _category(header, feature)
            columns += [1.0 if value == chosen else 0.0 for value in feature["values"]]
    return np.asarray(columns, dtype=np.float32)
