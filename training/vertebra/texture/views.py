"""What pretraining shows the encoder: a patch moved, tilted, blurred and noisy, with blocks hidden."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import Config, PatchConfig
from ..network.augment import normalise_batch, shift_patches

BLOCK = (4, 8, 8)  # voxels z, y, x: one cell of the encoder's deep map
WHOLE_PROBABILITY = 0.25  # of patches with nothing hidden, as the network will see them


def tilt_patches(hu: Tensor, degrees: float, patch: PatchConfig, generator: torch.Generator) -> Tensor:
    """Each patch of [N, D, H, W] turned about its centre by up to ``degrees`` about every axis, edges repeated."""
    angles = (2 * torch.rand(len(hu), 3, generator=generator) - 1) * math.radians(degrees)
    sines, cosines = angles.sin(), angles.cos()
    turn = torch.eye(3).repeat(len(hu), 1, 1)  # in mm, axes x, y, z as grid_sample has them
    for axis, (i, j) in enumerate(((0, 1), (0, 2), (1, 2))):
        step = torch.eye(3).repeat(len(hu), 1, 1)
        step[:, i, i] = step[:, j, j] = cosines[:, axis]
        step[:, i, j], step[:, j, i] = -sines[:, axis], sines[:, axis]
        turn = turn @ step
    # grid_sample counts from -1 to 1 over each axis, whatever its length.
    half = torch.tensor([n * mm / 2 for n, mm in zip(patch.size, patch.spacing_mm, strict=True)][::-1])
    turn = turn * half[None, None, :] / half[None, :, None]
    matrix = torch.cat([turn, torch.zeros(len(hu), 3, 1)], dim=2)
    grid = F.affine_grid(matrix, [len(hu), 1, *hu.shape[1:]], align_corners=False)
    return F.grid_sample(hu.unsqueeze(1), grid, padding_mode="border", align_corners=False).squeeze(1)


def hidden_blocks(count: int, share: float, patch: PatchConfig, generator: torch.Generator) -> Tensor:
    """Which blocks are hidden, bool [N, D/4, H/8, W/8]."""
    sizes = [n // step for n, step in zip(patch.size, BLOCK, strict=True)]
    hidden = torch.rand(count, *sizes, generator=generator) < share
    whole = torch.rand(count, generator=generator) < WHOLE_PROBABILITY
    return hidden & ~whole.reshape(-1, 1, 1, 1)


def spread_blocks(blocks: Tensor) -> Tensor:
    """[N, D/4, H/8, W/8] to one value a voxel, [N, 1, D, H, W]."""
    for axis, step in enumerate(BLOCK):
        blocks = blocks.repeat_interleave(step, dim=axis + 1)
    return blocks.unsqueeze(1)


def make_views(hu: Tensor, config: Config, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Clipped HU [N, D, H, W] to view, target [N, 1, D, H, W] normalised, and hidden blocks (bool).

    The target is the patch in the view's pose, without its noise, blur, gain or hidden blocks. Hidden voxels
    have the normalisation's mean. A flip swaps the patient's sides, which changes no texture.
    """
    settings, augment = config.pretrain, config.augment
    count = len(hu)
    hu = shift_patches(hu, augment.shift_voxels, float(config.patch.outside_hu), generator)
    flip = torch.rand(count, generator=generator) < 0.5
    hu[flip] = hu[flip].flip(3)
    tilt = torch.rand(count, generator=generator) < settings.tilt_probability
    if tilt.any():
        hu[tilt] = tilt_patches(hu[tilt], settings.tilt_degrees, config.patch, generator)
    target = normalise_batch(hu, config.patch)

    view = hu.clone()
    blurred = torch.rand(count, generator=generator) < augment.blur_probability
    share = torch.rand(count, 1, 1, 1, generator=generator)[blurred]
    smooth = F.avg_pool3d(hu[blurred].unsqueeze(1), 3, 1, 1, count_include_pad=False).squeeze(1)
    view[blurred] += share * (smooth - hu[blurred])
    gain = 1 + augment.gain_sd * torch.randn(count, 1, 1, 1, generator=generator)
    offset = augment.offset_sd_hu * torch.randn(count, 1, 1, 1, generator=generator)
    noise = augment.noise_hu * torch.rand(count, 1, 1, 1, generator=generator)
    view = (view * gain + offset + noise * torch.randn(hu.shape, generator=generator)).clamp(
        *config.patch.clip_hu
    )
    hidden = hidden_blocks(count, settings.mask_share, config.patch, generator)
    return normalise_batch(view, config.patch).masked_fill(spread_blocks(hidden), 0.0), target, hidden
