"""Radiomic features of the trabecular region of one patch, at two resolutions.

Computed with PyRadiomics (van Griethuysen et al. 2017, Cancer Res 77:e104), whose definitions follow the
Image Biomarker Standardisation Initiative (Zwanenburg et al. 2020, Radiology 295:328) but for kurtosis, which is
not the excess. Grey levels have a fixed width from a fixed lower bound, so that a level means the same HU in every
patch; PyRadiomics itself counts levels from each region's minimum.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813 - everyone's name for it
from radiomics import firstorder, glcm, gldm, glrlm, glszm, ngtdm

from ..config import PatchConfig, TextureConfig

RESOLUTIONS = ("fine", "coarse")  # the patch grid, and the mean of 2 x 2 voxels in plane
MIN_REGION_SHARE = 0.5  # of the region inside the scan, below which a patch has no texture

logging.getLogger(__name__).setLevel(logging.ERROR)  # PyRadiomics reports each symmetrical GLCM here


def _fixed_levels(base: type) -> type:
    """The feature class with grey levels counted from ``lowerBound`` instead of the region's minimum."""

    class FixedLevels(base):  # type: ignore[misc, valid-type]
        def _applyBinning(self, matrix: np.ndarray) -> np.ndarray:  # noqa: N802 - the library's hook
            low, width = self.settings["lowerBound"], self.settings["binWidth"]
            levels = np.zeros(matrix.shape, dtype=int)
            inside = self.maskArray
            levels[inside] = np.floor((matrix[inside] - low) / width).astype(int) + 1
            self.coefficients["grayLevels"] = np.unique(levels[inside])
            self.coefficients["Ng"] = int(levels[inside].max())
            return levels

    return FixedLevels


FAMILIES = {
    "firstorder": _fixed_levels(firstorder.RadiomicsFirstOrder),
    "glcm": _fixed_levels(glcm.RadiomicsGLCM),
    "glrlm": _fixed_levels(glrlm.RadiomicsGLRLM),
    "glszm": _fixed_levels(glszm.RadiomicsGLSZM),
    "ngtdm": _fixed_levels(ngtdm.RadiomicsNGTDM),
    "gldm": _fixed_levels(gldm.RadiomicsGLDM),
}


@cache
def feature_names() -> tuple[str, ...]:
    """Names in the order of ``texture_vector``: resolution.family.feature."""
    return tuple(
        f"{resolution}.{family}.{name}"
        for resolution in RESOLUTIONS
        for family, features in FAMILIES.items()
        for name, deprecated in sorted(features.getFeatureNames().items())
        if not deprecated
    )


def trabecular_region(patch: PatchConfig, texture: TextureConfig) -> np.ndarray:
    """Fixed ellipsoid round the patch centre, a little anterior of it, bool [D, H, W]."""
    z, y, x = (
        (np.arange(n) - (n - 1) / 2) * step for n, step in zip(patch.size, patch.spacing_mm, strict=True)
    )
    rz, ry, rx = texture.radii_mm
    square = (z / rz)[:, None, None] ** 2 + ((y + texture.anterior_mm) / ry)[:, None] ** 2 + (x / rx) ** 2
    return square <= 1


def region_features(
    hu: np.ndarray, mask: np.ndarray, spacing_mm: tuple[float, float, float], low: float, width: float
) -> dict[str, float]:
    """Every feature of the voxels of ``mask`` in ``hu`` [D, H, W], grey levels of ``width`` HU from ``low``.

    Keys are family.feature. The mask holds at least one voxel, and none below ``low``.
    """
    where = np.nonzero(mask)
    box = tuple(slice(axis.min(), axis.max() + 1) for axis in where)
    # A frame of one empty voxel: some matrices of the library need a neighbour on every side.
    image = sitk.GetImageFromArray(np.pad(hu[box].astype(np.float64), 1, mode="edge"))
    region = sitk.GetImageFromArray(np.pad(mask[box].astype(np.uint8), 1))
    for one in (image, region):
        one.SetSpacing(spacing_mm[::-1])
    found: dict[str, float] = {}
    for family, features in FAMILIES.items():
        extractor: Any = features(image, region, binWidth=width, lowerBound=low, label=1)
        extractor.enableAllFeatures()
        found |= {f"{family}.{name}": float(value) for name, value in extractor.execute().items()}
    return found


def halve_in_plane(volume: np.ndarray) -> np.ndarray:
    """Mean of 2 x 2 voxels in plane, [D, H, W] to [D, H/2, W/2]."""
    d, h, w = volume.shape
    return volume.reshape(d, h // 2, 2, w // 2, 2).mean((2, 4))


def texture_vector(hu: np.ndarray, patch: PatchConfig, texture: TextureConfig) -> np.ndarray:
    """Features of clipped HU [D, H, W] in the order of ``feature_names``, float64.

    Voxels outside the scan (at ``outsideHu``) do not count; where less than half the region is left all are NaN.
    """
    region = trabecular_region(patch, texture)
    mask = region & (hu > patch.outside_hu)
    if mask.sum() < MIN_REGION_SHARE * region.sum():
        return np.full(len(feature_names()), np.nan)
    dz, dy, dx = patch.spacing_mm
    found = {}
    for resolution in RESOLUTIONS:
        at, inside, spacing = hu.astype(np.float64), mask, (dz, dy, dx)
        if resolution == "coarse":
            at, inside = halve_in_plane(at), halve_in_plane(mask.astype(float)) >= 0.5
            spacing = (dz, 2 * dy, 2 * dx)
        values = region_features(at, inside, spacing, float(patch.clip_hu[0]), texture.bin_width_hu)
        found |= {f"{resolution}.{name}": value for name, value in values.items()}
    return np.array([found[name] for name in feature_names()])
