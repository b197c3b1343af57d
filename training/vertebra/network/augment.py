"""What training does to a batch: shifts, flips, noise, gain, body shifts, unknown headers.

A flip swaps the patient's sides, which changes no label. The body shift moves the HU of an ellipsoid inside
the vertebral body together with its vBMD, so that the network cannot learn density from the cohort's averages
instead of from HU.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import AugmentConfig, PatchConfig, feature_columns
from ..simulator.constants import HA_SLOPE_HU

EDGE_SHARE = 0.25  # of the ellipsoid's radius over which a body shift fades out


def kvp_slope(kvp: Tensor) -> Tensor:
    """HU per mg/cm3 hydroxyapatite at each tube voltage [N], linear between the tabulated ones."""
    points = sorted(HA_SLOPE_HU.items())
    slope = torch.full_like(kvp, points[0][1])
    for (low, a), (high, b) in pairwise(points):
        share = ((kvp - low) / (high - low)).clamp(0, 1)
        slope = torch.where(kvp > low, a + share * (b - a), slope)
    return slope


def shift_patches(
    hu: Tensor, limits: tuple[int, int, int], outside_hu: float, generator: torch.Generator
) -> Tensor:
    """Each patch of [N, D, H, W] moved by up to limits voxels; what comes in from outside is outside_hu."""
    moved = torch.full_like(hu, outside_hu)
    offsets = [torch.randint(-n, n + 1, (len(hu),), generator=generator).tolist() for n in limits]
    for n in range(len(hu)):
        source, target = [], []
        for axis in range(3):
            size, by = hu.shape[axis + 1], offsets[axis][n]
            source.append(slice(max(0, -by), size - max(0, by)))
            target.append(slice(max(0, by), size + min(0, by)))
        moved[(n, *target)] = hu[(n, *source)]
    return moved


def body_ellipsoids(
    count: int, config: AugmentConfig, patch: PatchConfig, generator: torch.Generator
) -> Tensor:
    """Soft ellipsoids of random size round the patch centre, [N, D, H, W] in 0 to 1."""
    square = torch.zeros(count, *patch.size)
    for axis in range(3):
        at = (torch.arange(patch.size[axis]) - (patch.size[axis] - 1) / 2) * patch.spacing_mm[axis]
        radii = config.body_radii_mm[axis] * (0.6 + 0.4 * torch.rand(count, generator=generator))
        shape = [1, 1, 1, 1]
        shape[axis + 1] = -1
        square = square + ((at.reshape(shape)) / radii.reshape(-1, 1, 1, 1)) ** 2
    return ((1 - square.sqrt()) / EDGE_SHARE + 0.5).clamp(0, 1)


def drop_headers(acquisition: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Some features of [N, columns] become unknown, each on its own."""
    acquisition = acquisition.clone()
    for columns in feature_columns().values():
        drop = torch.rand(len(acquisition), generator=generator) < probability
        width = columns.stop - columns.start
        unknown = torch.zeros(width)
        if width > 2:
            unknown[-1] = 1.0
        acquisition[drop, columns] = unknown
    return acquisition


def augment_batch(
    hu: Tensor,
    acquisition: Tensor,
    vbmd: Tensor,
    kvp: Tensor,
    config: AugmentConfig,
    patch: PatchConfig,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """hu [N, D, H, W], acquisition [N, columns], vbmd [N] mg/cm3, true kvp [N].

    Returns normalised patches [N, 1, D, H, W], acquisition, vBMD, and which samples kept their DXA labels [N]
    (bool).
    """
    count = len(hu)
    shifted = torch.rand(count, generator=generator) < config.body_shift_probability
    shifted[0] = False  # a batch always holds one sample with DXA labels
    delta = (2 * torch.rand(count, generator=generator) - 1) * config.body_shift_hu * shifted
    hu = hu + delta.reshape(-1, 1, 1, 1) * body_ellipsoids(count, config, patch, generator)
    hu = shift_patches(hu, config.shift_voxels, float(patch.outside_hu), generator)
    flip = torch.rand(count, generator=generator) < 0.5
    hu[flip] = hu[flip].flip(3)
    blurred = torch.rand(count, generator=generator) < config.blur_probability
    share = torch.rand(count, 1, 1, 1, generator=generator)[blurred]
    smooth = F.avg_pool3d(hu[blurred].unsqueeze(1), 3, 1, 1, count_include_pad=False).squeeze(1)
    hu[blurred] += share * (smooth - hu[blurred])
    gain = 1 + config.gain_sd * torch.randn(count, 1, 1, 1, generator=generator)
    offset = config.offset_sd_hu * torch.randn(count, 1, 1, 1, generator=generator)
    noise = config.noise_hu * torch.rand(count, 1, 1, 1, generator=generator)
    hu = hu * gain + offset + noise * torch.randn(hu.shape, generator=generator)
    hu = hu.clamp(*patch.clip_hu)
    acquisition = drop_headers(acquisition, config.header_dropout, generator)
    return normalise_batch(hu, patch), acquisition, vbmd + delta / kvp_slope(kvp), ~shifted


def normalise_batch(hu: Tensor, patch: PatchConfig) -> Tensor:
    """Clipped HU [N, D, H, W] to the network's input [N, 1, D, H, W]."""
    return ((hu - patch.mean_hu) / patch.std_hu).unsqueeze(1)
