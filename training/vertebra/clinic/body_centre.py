"""Centre of a vertebral body from the mask of its whole vertebra, posterior elements included.

The body is the one thick part of a vertebra: pedicles, laminae and processes are thinner than two thirds of it.
So the mask is eroded to the part deeper than a share of its largest inscribed sphere, and what lies within that
radius of the core is the body; its bounding box in the body's own axes would need endplates, its centroid does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

CORE_SHARE = (
    0.65  # of the largest inscribed radius: within 2.5 mm of 21 hand-placed centres (test_clinic_levels.py)
)
MIN_BODY_RADIUS_MM = 6.0  # a lumbar or low thoracic body holds a sphere of at least this; less is no body


@dataclass(frozen=True)
class Body:
    centre_lps: tuple[float, float, float]  # centroid, mm
    is_cut: bool  # it reaches the edge of the volume, so that part of it may be missing


def find_body(mask: np.ndarray, index_to_world: np.ndarray) -> Body | None:
    """The vertebral body; None where the mask holds none.

    mask: bool [k, j, i] of one vertebra; index_to_world: 4x4, (i, j, k, 1) to LPS mm.
    """
    boxes = ndimage.find_objects(mask.astype(np.int8))
    if not boxes or boxes[0] is None:
        return None
    box = boxes[0]
    spacing = np.linalg.norm(index_to_world[:3, :3], axis=0)[::-1]  # (k, j, i)
    part = np.pad(ndimage.binary_fill_holes(mask[box]), 1)
    depth = ndimage.distance_transform_edt(part, sampling=spacing)
    radius = float(depth.max())
    if radius < MIN_BODY_RADIUS_MM:
        return None
    parts, count = ndimage.label(depth > CORE_SHARE * radius)
    # The largest part, not the deepest: of a collapsed body the base of the spinous process can be thicker.
    core = parts == 1 + int(np.argmax(ndimage.sum_labels(parts > 0, parts, np.arange(1, count + 1))))
    # Grown back by what the erosion took: thin parts reach only as far as the sphere does.
    body = part & (ndimage.distance_transform_edt(~core, sampling=spacing) <= CORE_SHARE * radius)
    inner = body[1:-1, 1:-1, 1:-1]
    start = np.array([side.start for side in box])
    voxels = np.argwhere(inner) + start  # (k, j, i)
    is_cut = bool((voxels == 0).any() or (voxels == np.array(mask.shape) - 1).any())
    x, y, z = (index_to_world @ [*voxels.mean(axis=0)[::-1], 1.0])[:3]
    return Body((float(x), float(y), float(z)), is_cut)
