"""Subgroups of a cohort by acquisition, sex and level, as masks over its vertebrae."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..config import LEVELS

THICKNESS_EDGES_MM = (0.0, 1.5, 3.0, 5.0)


def subgroups(labels: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Family, then name, then mask [n]; what is not known is a group of its own."""
    thickness, kvp = labels["thickness"], labels["kvp"]
    bands = {
        f"{a:g} to {b:g} mm": (thickness > a) & (thickness <= b) for a, b in pairwise(THICKNESS_EDGES_MM)
    }
    families = {
        "kVp": {f"{k:.0f}": kvp == k for k in np.unique(kvp[np.isfinite(kvp)])}
        | {"unknown": ~np.isfinite(kvp)},
        "kernel": {str(k): labels["kernel"] == k for k in np.unique(labels["kernel"])},
        "slice thickness": bands | {"unknown": ~np.isfinite(thickness)},
        "contrast": {str(k): labels["phase"] == k for k in np.unique(labels["phase"])},
        "sex": {str(k): labels["sex"] == k for k in np.unique(labels["sex"])},
        "level": {name: labels["level"] == i for i, name in enumerate(LEVELS)},
    }
    return {
        family: {name: mask for name, mask in groups.items() if mask.any()}
        for family, groups in families.items()
    }
